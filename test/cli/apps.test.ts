import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appArguments } from '../../src/cli/commands/app.ts'
import { runCli } from '../../src/cli/program.ts'
import { json, type ScriptedManager, startScriptedManager } from '../client/scripted-manager.ts'
import { tarOf } from '../client/tar-of.ts'
import { type TestIo, type TestIoOptions, testIo } from './test-io.ts'

let manager: ScriptedManager
let directory: string

beforeEach(async () => {
  manager = await startScriptedManager()
  directory = mkdtempSync(join(tmpdir(), 'cli-apps-'))
  manager.on('GET /stream/session/mine/apps', () =>
    json([
      { name: 'jupyter', protocol: 'http', ports: [8080], url_template: '{protocol}://{host}:{port}/lab' },
      { name: 'sshd', protocol: 'tcp', ports: [2200] },
    ]),
  )
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

/** Gives capitals back; a line `bye` ends the connection from the app's side. */
const shouting = (): void =>
  manager.onSocket('/stream/session/mine/tcpproxy', (socket) => {
    socket.on('message', (data: Buffer) => {
      if (String(data).startsWith('bye')) socket.close(1001, 'the app closed the connection')
      else socket.send(Buffer.from(String(data).toUpperCase()))
    })
  })

/** Runs the command until `use` is done with what it has printed. */
async function during(args: string[], use: (io: TestIo) => Promise<void>, options: TestIoOptions = {}) {
  let begin = (_: TestIo): void => {}
  const started = new Promise<TestIo>((resolve) => {
    begin = resolve
  })
  const io = testIo({
    endpoint: manager.endpoint,
    cwd: directory,
    onWrite: (each) => each.out.stdout.includes('\n') && begin(each),
    ...options,
  })
  const running = runCli(args, io)
  await use(await Promise.race([started, running.then(() => io)]))
  io.interrupt()
  return { code: await running, ...io.out }
}

const dial = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })

const next = (socket: Socket): Promise<string> =>
  new Promise((resolve) => socket.once('data', (data) => resolve(String(data))))

describe('app', () => {
  test('every connection is one to the app, until Ctrl-C', async () => {
    shouting()
    const result = await during(['app', 'mine', 'jupyter', '-b', '0', '--json'], async (io) => {
      const { port, url } = JSON.parse(io.out.stdout) as { port: number; url: string }
      expect(url).toBe(`http://127.0.0.1:${port}/lab`)
      const [one, two] = [await dial(port), await dial(port)]
      one.write('one')
      expect(await next(one)).toBe('ONE')
      two.write('two')
      expect(await next(two)).toBe('TWO')
      one.write('bye')
      await new Promise((resolve) => one.resume().on('end', resolve))
      two.write('still here')
      expect(await next(two)).toBe('STILL HERE')
    })
    expect(result.code).toBe(0)
    expect(manager.requests.filter(({ path }) => path.endsWith('/tcpproxy'))).toHaveLength(2)
  })

  test('megabytes pass unharmed, faster than their reader', async () => {
    const content = Buffer.alloc(20 * 1024 * 1024, 'not very random ')
    manager.onSocket('/stream/session/mine/tcpproxy', (socket) => {
      let got = 0
      socket.on('message', (data: Buffer) => {
        got += data.length
        if (got < content.length) return
        socket.send(content)
        socket.close(1001)
      })
    })
    await during(['app', 'mine', 'jupyter', '-b', '127.0.0.1:0', '--json'], async (io) => {
      const socket = await dial((JSON.parse(io.out.stdout) as { port: number }).port)
      socket.write(content)
      let bytes = 0
      for await (const chunk of socket) bytes += (chunk as Buffer).length
      expect(bytes).toBe(content.length)
    })
  })

  test('a connection that the app refuses is closed and told', async () => {
    manager.onSocket('/stream/session/mine/tcpproxy', (socket) =>
      socket.close(1013, 'the app cannot be reached'),
    )
    const result = await during(['app', 'mine', 'sshd', '-b', '0', '--json'], async (io) => {
      const socket = await dial((JSON.parse(io.out.stdout) as { port: number }).port)
      await new Promise((resolve) =>
        socket
          .on('error', () => {})
          .resume()
          .on('close', resolve),
      )
    })
    expect(result.stderr).toContain('the app cannot be reached')
  })

  test('an unknown app, a bad address, an address in use', async () => {
    const run = async (...args: string[]) => {
      const io = testIo({ endpoint: manager.endpoint })
      return { code: await runCli(['app', 'mine', ...args], io), text: io.out.stderr }
    }
    const unknown = await run('jupiter')
    expect([unknown.code, unknown.text]).toEqual([1, expect.stringContaining('Did you mean: jupyter?')])
    expect((await run('jupyter', '-b', 'here')).code).toBe(2)
    const busy = createServer()
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
    const address = busy.address()
    const port = typeof address === 'object' ? address?.port : 0
    const used = await run('jupyter', '-b', `127.0.0.1:${port}`)
    manager.on('GET /', () => json({ version: 'v7.20230615', manager: '23.09.11' }))
    const io = testIo({ endpoint: manager.endpoint })
    const proxyCode = await runCli(['proxy', '-p', String(port)], io)
    await new Promise((resolve) => busy.close(resolve))
    expect([used.code, used.text]).toEqual([2, expect.stringContaining('is in use')])
    expect(used.text).toContain('with -b.')
    expect([proxyCode, io.out.stderr]).toEqual([2, expect.stringContaining('with -p.')])
  })

  test.each([
    [['--root /x', '--flag', '--a=1'], { '--root': '/x', '--flag': null, '--a': '1' }],
    [['--add 1', '--add 2', '--add 3'], { '--add': ['1', '2', '3'] }],
  ])('arguments %j', (words, expected) => {
    expect(appArguments(words)).toEqual(expected)
  })

  test('apps lists them, or their names', async () => {
    const io = testIo({ endpoint: manager.endpoint })
    expect(await runCli(['apps', 'mine', '-l'], io)).toBe(0)
    expect(io.out.stdout).toBe('jupyter\nsshd\n')
    const one = testIo({ endpoint: manager.endpoint })
    await runCli(['apps', 'mine', 'sshd', '--json'], one)
    expect(JSON.parse(one.out.stdout)).toEqual([{ name: 'sshd', protocol: 'tcp', ports: [2200] }])
  })
})

describe('ssh and scp', () => {
  const KEY = 'the private key\n'

  /** A program in PATH that notes how it was called, speaks through the tunnel, and ends with 7. */
  function fake(program: string): Record<string, string> {
    const file = join(directory, program)
    const script = `#!/bin/bash
printf '%s\\n' "$@" > ${directory}/called
while [ $# -gt 0 ]; do case "$1" in -i) cp "$2" ${directory}/key; echo "$2" > ${directory}/key-path; shift;; -p|-P) port=$2; shift;; esac; shift; done
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf hello >&3
head -c 5 <&3 > ${directory}/answer
exit 7
`
    writeFileSync(file, script)
    chmodSync(file, 0o755)
    const { env } = testIo({ endpoint: manager.endpoint })
    return { ...(env as Record<string, string>), PATH: `${directory}:/usr/bin:/bin` }
  }

  const read = (name: string): string => readFileSync(join(directory, name), 'utf8')

  beforeEach(() => {
    shouting()
    manager.on('POST /session/mine/download', () => {
      const boundary = 'b'
      const tar = tarOf([{ path: 'id_container', content: KEY }])
      const head = `--${boundary}\r\nContent-Type: application/x-tar\r\n\r\n`
      const body = Buffer.concat([Buffer.from(head), tar, Buffer.from(`\r\n--${boundary}--\r\n`)])
      return new Response(body, { headers: { 'content-type': `multipart/mixed; boundary=${boundary}` } })
    })
  })

  test('ssh goes through a tunnel with the key of the session, which it then forgets', async () => {
    const io = testIo({ endpoint: manager.endpoint, env: fake('ssh') })
    expect(await runCli(['ssh', 'mine', '--', '-L', '1:h:2'], io)).toBe(7)
    expect(read('answer')).toBe('HELLO')
    expect(read('key')).toBe(KEY)
    expect(existsSync(read('key-path').trim())).toBe(false)
    const words = read('called').trim().split('\n')
    expect(words.slice(-3)).toEqual(['-L', '1:h:2', 'work@127.0.0.1'])
    expect(words).toContain('StrictHostKeyChecking=no')
  })

  test('a command comes after the host', async () => {
    await runCli(['ssh', 'mine', 'uname', '-a'], testIo({ endpoint: manager.endpoint, env: fake('ssh') }))
    expect(read('called').trim().split('\n').slice(-3)).toEqual(['work@127.0.0.1', 'uname', '-a'])
  })

  test.each([
    [
      ['scp', 'mine', 'a', ':b'],
      ['a', 'work@127.0.0.1:b'],
    ],
    [
      ['scp', '-r', 'mine', 'mine:a', '.'],
      ['-r', 'work@127.0.0.1:a', '.'],
    ],
    [
      ['session', 'scp', 'mine', 'work@localhost:a', 'b'],
      ['work@127.0.0.1:a', 'b'],
    ],
  ])('%j', async (args, expected) => {
    const io = testIo({ endpoint: manager.endpoint, env: fake('scp') })
    expect(await runCli(args, io)).toBe(7)
    expect(read('called').trim().split('\n').slice(-expected.length)).toEqual(expected)
  })

  test('paths that are both here, and a machine without ssh', async () => {
    expect(await runCli(['scp', 'mine', 'a', 'b'], testIo({ endpoint: manager.endpoint }))).toBe(2)
    const io = testIo({ endpoint: manager.endpoint, env: { ...fake('other'), PATH: '/nonexistent' } })
    expect(await runCli(['ssh', 'mine'], io)).toBe(1)
    expect(io.out.stderr).toContain('install OpenSSH')
  })
})
