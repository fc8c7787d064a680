import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ApiError, ConnectionLostError } from '../../src/client/errors.ts'
import { decodeMultipart } from '../../src/client/multipart.ts'
import { MAX_UPLOAD_BYTES } from '../../src/client/session-files.ts'
import {
  ACCESS_KEY,
  json,
  type ScriptedManager,
  SECRET_KEY,
  startScriptedManager,
} from './scripted-manager.ts'
import { tarOf } from './tar-of.ts'

let manager: ScriptedManager
let client: Client

beforeEach(async () => {
  manager = await startScriptedManager()
  client = createClient({
    endpoint: manager.endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    domain: 'dom',
    group: 'proj',
    transport: createCliTransport(),
  })
})
afterEach(() => manager[Symbol.asyncDispose]())

describe('life', () => {
  test('a new session has every key that the official client sends', async () => {
    manager.on('POST /session', () => json({ sessionId: 'id-1', created: true, status: 'RUNNING' }, 201))
    const session = await client.sessions.getOrCreate({
      image: 'python',
      name: 'mine',
      environ: { A: '1' },
      resources: { cpu: '1' },
      mounts: ['data'],
    })
    expect(session).toEqual({
      sessionId: 'id-1',
      sessionName: 'mine',
      status: 'RUNNING',
      servicePorts: [],
      created: true,
    })
    expect(manager.requestsOf('POST /session')[0]?.json()).toEqual({
      image: 'python',
      name: 'mine',
      type: 'interactive',
      tag: null,
      clusterSize: 1,
      clusterMode: 'single-node',
      enqueueOnly: false,
      maxWaitSeconds: 0,
      reuseIfExists: true,
      startupCommand: null,
      bootstrap_script: null,
      starts_at: null,
      dependencies: null,
      callback_url: null,
      domain: 'dom',
      group: 'proj',
      owner_access_key: null,
      config: {
        mounts: ['data'],
        mount_map: {},
        environ: { A: '1' },
        resources: { cpu: '1' },
        resource_opts: {},
        scalingGroup: null,
        preopen_ports: null,
      },
    })
  })

  test('destroy gives the statistics, also when there are none', async () => {
    manager.on('DELETE /session/one', () => json({ stats: { status: 'terminated' } }))
    manager.on('DELETE /session/two', () => new Response(null, { status: 204 }))
    expect(await client.sessions.destroy('one', { forced: true })).toEqual({ status: 'terminated' })
    expect(await client.sessions.destroy('two')).toBeNull()
    expect(manager.requestsOf('DELETE /session/one')[0]?.target).toBe('/session/one?forced=true')
    expect(manager.requestsOf('DELETE /session/two')[0]?.target).toBe('/session/two')
  })

  test('rename, restart, interrupt, logs and match', async () => {
    for (const route of ['POST /session/s/rename', 'PATCH /session/s', 'POST /session/s/interrupt']) {
      manager.on(route, () => new Response(null, { status: 204 }))
    }
    manager.on('GET /session/s/logs', () => json({ result: { logs: 'line\n' } }))
    manager.on('GET /session/_/match', () => json({ matches: [{ id: 'i', name: 's', status: 'RUNNING' }] }))
    await client.sessions.rename('s', 'new-name', { ownerAccessKey: 'OTHER' })
    await client.sessions.restart('s')
    await client.sessions.interrupt('s')
    expect(await client.sessions.logs('s')).toBe('line\n')
    expect(await client.sessions.match('s')).toHaveLength(1)
    const [rename] = manager.requestsOf('POST /session/s/rename')
    expect(rename?.query.get('name')).toBe('new-name')
    expect(rename?.query.get('owner_access_key')).toBe('OTHER')
  })

  test('lists by GraphQL with every argument declared', async () => {
    manager.on('POST /admin/gql', () =>
      json({ data: { compute_session_list: { items: [{ name: 's' }], total_count: 7 } } }),
    )
    const page = await client.sessions.list({ statuses: ['RUNNING', 'PENDING'], fields: ['name'], limit: 1 })
    expect(page).toEqual({ items: [{ name: 's' }], totalCount: 7 })
    const body = manager.requestsOf('POST /admin/gql')[0]?.json()
    expect(body?.variables).toEqual({
      limit: 1,
      offset: 0,
      status: 'RUNNING,PENDING',
      access_key: null,
      filter: null,
      order: null,
    })
    expect(String(body?.query)).toContain('{ items { name } total_count }')
  })
})

describe('files', () => {
  test('are sent as parts named src, twenty at a time', async () => {
    manager.on('POST /session/s/upload', () => new Response(null, { status: 204 }))
    const files = Array.from({ length: 21 }, (_, at) => ({
      path: `dir/f "${at}".txt`,
      content: new TextEncoder().encode(`\r\n--${at}\r\n`),
    }))
    await client.sessions.upload('s', files)
    const requests = manager.requestsOf('POST /session/s/upload')
    expect(
      requests.map(({ body, headers }) => decodeMultipart(body, headers['content-type'] ?? '').length),
    ).toEqual([20, 1])
    const first = requests[0]
    const [part] = decodeMultipart(first?.body ?? new Uint8Array(), first?.headers['content-type'] ?? '')
    expect(part?.headers['content-disposition']).toBe(
      'form-data; name="src"; filename="dir%2Ff%20%220%22.txt"',
    )
    expect(new TextDecoder().decode(part?.body)).toBe('\r\n--0\r\n')
  })

  test('a file over the limit is not sent', async () => {
    const content = new Uint8Array(MAX_UPLOAD_BYTES + 1)
    await expect(client.sessions.upload('s', [{ path: 'big', content }])).rejects.toThrow(
      'big has 1048577 bytes',
    )
    expect(manager.requests).toHaveLength(0)
  })

  test('come back as tar archives in multipart', async () => {
    manager.on('POST /session/s/download', () => {
      const archive = tarOf([{ path: 'out/a.txt', content: 'hello' }])
      const body = Buffer.concat([
        Buffer.from('--BB\r\nContent-Type: application/x-tar\r\n\r\n'),
        archive,
        Buffer.from('\r\n--BB--\r\n'),
      ])
      return new Response(body, { headers: { 'content-type': 'multipart/mixed; boundary=BB' } })
    })
    const entries = await client.sessions.download('s', ['out'])
    expect(entries.map(({ path, content }) => [path, new TextDecoder().decode(content)])).toEqual([
      ['out/a.txt', 'hello'],
    ])
    expect(manager.requestsOf('POST /session/s/download')[0]?.json()).toEqual({ files: ['out'] })
  })

  test('are listed from items, or from the JSON text', async () => {
    const file = { filename: 'a', size: 1, mtime: 2, mode: '-rw-r--r--' }
    manager.on('GET /session/s/files', ({ query }) =>
      query.get('path') === 'old'
        ? json({ files: JSON.stringify([file]), abspath: '/home/work/old' })
        : json({ items: [file], files: '[]', abspath: '/home/work' }),
    )
    expect(await client.sessions.listFiles('s')).toEqual({ files: [file], absolutePath: '/home/work' })
    expect((await client.sessions.listFiles('s', 'old')).files).toEqual([file])
  })
})

describe('running code', () => {
  test('by requests: continues, answers input, ends', async () => {
    const answers = [
      { status: 'continued', runId: 'r', console: [['stdout', 'a']] },
      { status: 'waiting-input', runId: 'r', console: [], options: { is_password: true } },
      { status: 'finished', runId: 'r', exitCode: 3, console: [['stdout', 'b']] },
    ]
    manager.on('POST /session/s', () => json({ result: answers.shift() }))
    const seen: string[] = []
    const answer = async (isPassword: boolean): Promise<string> => (isPassword ? 'secret' : 'plain')
    for await (const result of client.sessions.run('s', { mode: 'query', code: 'x' }, answer)) {
      seen.push(result.status)
    }
    expect(seen).toEqual(['continued', 'waiting-input', 'finished'])
    const calls = manager.requestsOf('POST /session/s').map((request) => request.json())
    expect(calls.map(({ mode, code }) => [mode, code])).toEqual([
      ['query', 'x'],
      ['continue', ''],
      ['input', 'secret'],
    ])
    expect(calls[1]?.runId).toBe('r')
  })

  test('by socket: the first frame is the request, input is plain text', async () => {
    const frames: string[] = []
    manager.onSocket('/stream/session/s/execute', (socket) => {
      const say = (message: object): void => socket.send(JSON.stringify(message))
      socket.on('message', (data) => {
        frames.push(String(data))
        if (frames.length === 1)
          say({ status: 'waiting-input', options: {}, console: [['stdout', 'name? ']] })
        else say({ status: 'finished', exitCode: 0, console: [['stdout', `hi ${String(data)}`]] })
      })
    })
    const stream = await client.sessions.streamExecute('s', { mode: 'query', code: 'input()' })
    const seen: unknown[] = []
    for await (const result of stream) {
      seen.push(...result.console)
      if (result.status === 'waiting-input') stream.input('Ada')
    }
    expect(seen).toEqual([
      ['stdout', 'name? '],
      ['stdout', 'hi Ada'],
    ])
    expect(frames).toEqual(['{"code":"input()","mode":"query","options":{}}', 'Ada'])
    expect(manager.requestsOf('GET /stream/session/s/execute')[0]?.headers['content-type']).toBeUndefined()
  })

  test('a socket that closes early is a lost connection', async () => {
    manager.onSocket('/stream/session/s/execute', (socket) => socket.close(1011, 'agent lost'))
    const stream = await client.sessions.streamExecute('s', { mode: 'query', code: '1' })
    const results: unknown[] = []
    let failure: unknown
    try {
      for await (const result of stream) results.push(result)
    } catch (error) {
      failure = error
    }
    expect(results).toEqual([])
    expect(failure).toBeInstanceOf(ConnectionLostError)
    expect(String(failure)).toContain('agent lost')
  })

  test('a refused handshake is the problem that the server answered', async () => {
    const opening = client.sessions.streamExecute('unknown', { mode: 'query', code: '1' })
    await expect(opening).rejects.toBeInstanceOf(ApiError)
    await expect(opening).rejects.toMatchObject({ status: 404, kind: 'object-not-found' })
  })

  test('a terminal: base64 both ways, resize, errors', async () => {
    const frames: unknown[] = []
    manager.onSocket('/stream/session/s/pty', (socket) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string; chars?: string }
        frames.push(message)
        if (message.type !== 'stdin') return
        socket.send(JSON.stringify({ type: 'out', data: message.chars }))
        socket.send(JSON.stringify({ type: 'error', data: 'no shell' }))
      })
    })
    const pty = await client.sessions.streamPty('s', { rows: 24, cols: 80 })
    pty.write(new TextEncoder().encode('ls\r한'))
    const printed: string[] = []
    const read = async (): Promise<void> => {
      for await (const bytes of pty.output) printed.push(new TextDecoder().decode(bytes))
    }
    await expect(read()).rejects.toThrow('no shell')
    pty.close()
    expect(printed).toEqual(['ls\r한'])
    expect(frames[0]).toEqual({ type: 'resize', rows: 24, cols: 80 })
  })

  test('completion accepts a bare list and the documented object', async () => {
    const answers = [{ result: ['print'] }, { result: { status: 'finished', completions: ['pow'] } }]
    manager.on('POST /session/s/complete', () => json(answers.shift()))
    expect((await client.sessions.complete('s', 'p', { row: 0, col: 1 })).completions).toEqual(['print'])
    expect((await client.sessions.complete('s', 'p', {})).completions).toEqual(['pow'])
    expect(manager.requestsOf('POST /session/s/complete')[0]?.json()).toEqual({
      code: 'p',
      options: { row: 0, col: 1, line: 'p', post: '' },
    })
  })
})
