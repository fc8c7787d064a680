import { afterEach, beforeEach, expect, test } from 'bun:test'
import { freePort } from '../harness/ports.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'

let dir: TempDirectory
beforeEach(() => {
  dir = tempDirectory('role-status')
})
afterEach(() => dir[Symbol.dispose]())

const serve = (fetch: (request: Request) => Response) => Bun.serve({ port: 0, hostname: '127.0.0.1', fetch })

test('storage status: both sides are asked where the configuration says', async () => {
  await using client = serve(() => Response.json({ status: 'ok', 'storage-proxy': '24.03' }))
  await using manager = serve(() => new Response('{}', { status: 401 }))
  const at = (managerPort: number) => [
    '--set',
    `api.client.service-addr=127.0.0.1:${client.port}`,
    '--set',
    `api.manager.service-addr=127.0.0.1:${managerPort}`,
  ]
  expect(await admin(dir, ['storage', 'status', ...at(manager.port ?? 0)])).toEqual({
    code: 0,
    out: `client side  http://127.0.0.1:${client.port}  up  24.03\nmanager side  http://127.0.0.1:${manager.port}  up\n`,
    err: '',
  })
  const broken = await admin(dir, ['storage', 'status', '--json', ...at(await freePort())])
  expect(broken.code).toBe(1)
  expect(JSON.parse(broken.out)).toMatchObject([
    { isUp: true },
    { isUp: false, detail: expect.stringMatching(/refused/i) },
  ])
  expect(broken.err).toBe('backendai: the storage proxy does not answer as it should\n')
})

test('web status: the webserver and the manager behind it', async () => {
  await using web = serve((request) =>
    new URL(request.url).pathname === '/health'
      ? Response.json({ status: 'ok' })
      : new Response('{}', { status: 502 }),
  )
  const { code, out } = await admin(dir, [
    'web',
    'status',
    '--set',
    `webserver.service-addr=127.0.0.1:${web.port}`,
  ])
  expect(code).toBe(1)
  expect(out.split('\n')).toEqual([
    `webserver  http://127.0.0.1:${web.port}  up`,
    `manager behind it  http://127.0.0.1:${web.port}  down  HTTP 502`,
    '',
  ])
})
