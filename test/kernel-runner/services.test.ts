import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKernel } from './start-kernel.ts'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

test('starts a service of the image from its definition', async () => {
  const definitions = await mkdtemp(join(tmpdir(), 'definitions-'))
  const service = {
    prestart: [
      { action: 'write_tempfile', args: { body: ['greeting={ports[0]}\n'], mode: '600' }, ref: 'config' },
      { action: 'run_command', args: { command: ['cat', '{config}'] }, ref: 'shown' },
    ],
    command: [
      '{runtime_path}',
      '-c',
      `import http.server, os, sys
open("seen", "w").write(" ".join(sys.argv[1:]) + os.environ["EXTRA"] + os.environ["GIVEN"])
http.server.HTTPServer(("127.0.0.1", {ports[0]}), http.server.SimpleHTTPRequestHandler).serve_forever()`,
      '{shown}',
    ],
    env: { EXTRA: 'extra{{' },
    allowed_envs: ['GIVEN'],
    allowed_arguments: ['--list', '--flag'],
    url_template: 'http://{host}:{port}/',
  }
  await writeFile(join(definitions, 'web.json'), JSON.stringify(service))
  await writeFile(join(definitions, 'broken.json'), JSON.stringify({ command: ['false'] }))
  await using kernel = await startKernel({ runnerEnviron: { BACKENDAI_RUNNER_SERVICE_DEFS: definitions } })
  const port = await freePort()
  const start = (name: string, args: Record<string, unknown> = {}, envs: Record<string, string> = {}) =>
    kernel.link.call('startService', { name, ports: [port], protocol: 'http', arguments: args, envs })

  expect(await kernel.link.call('apps', {})).toEqual({
    data: expect.arrayContaining([
      { name: 'web', url_template: 'http://{host}:{port}/' },
      { name: 'broken' },
    ]),
  })
  expect(await start('web', { '--other': 'x' })).toMatchObject({ status: 'failed' })
  expect(await start('web', {}, { PATH: '/evil' })).toMatchObject({ status: 'failed' })
  expect(await start('missing')).toMatchObject({ status: 'failed' })
  expect(await start('../web')).toMatchObject({ status: 'failed' })
  expect(await start('broken')).toMatchObject({ status: 'failed', error: expect.stringContaining('1') })
  expect(await start('web', { '--list': ['a', 'b'], '--flag': null }, { GIVEN: 'given' })).toEqual({
    status: 'started',
  })
  expect(await start('web')).toEqual({ status: 'running' })
  expect(await Bun.file(join(kernel.workDir, 'seen')).text()).toBe(
    `greeting=${port} --list a b --flagextra{given`,
  )
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
  await kernel.link.call('shutdownService', { name: 'web' })
  const preopen = { name: 'x', ports: [port], protocol: 'preopen', arguments: {}, envs: {} }
  expect(await kernel.link.call('startService', preopen)).toEqual({ status: 'started' })
  await rm(definitions, { recursive: true })
})
