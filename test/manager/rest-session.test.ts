import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ApiError } from '../../src/client/errors.ts'
import { encodeUpload } from '../../src/client/multipart.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { startManager } from '../../src/manager/role.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { createManagerPlugins } from '../../src/manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../../src/manager/storage/http-storage-hosts.ts'
import { AgentCallError } from '../../src/wire/agent-link.ts'
import { finished, ScriptedAgent, ScriptedLink } from '../harness/agent.ts'
import { until } from '../harness/until.ts'

/** Warnings and errors of the manager. */
const complaints: string[] = []
const log = createLogger({ level: 'warn', write: (line) => complaints.push(line) })
const agent = new ScriptedAgent('a1')
const link = new ScriptedLink([agent])
const stack = new AsyncDisposableStack()
let client: Client

beforeAll(async () => {
  const store = stack.use(await openSqliteStore({ path: ':memory:', clock: systemClock, log }))
  const bus = stack.use(createMemoryBus({ clock: systemClock, log }))
  const config = createSharedConfig(store)
  const cluster = await bootstrapCluster(store, {}, { now: () => Date.now() })
  if (!cluster.created) throw new Error('the store was not empty')
  const manager = stack.use(
    await startManager({
      ports: {
        managerId: 'm1',
        store,
        bus,
        cache: createMemoryCache({ clock: systemClock }),
        config,
        agents: link,
        storage: createHttpStorageHosts({ config: config, log }),
        schedulers: [schedulerFifo],
        plugins: createManagerPlugins({ store, config, clock: systemClock, log }, {}),
        clock: systemClock,
        log,
      },
      listen: { host: '127.0.0.1', port: 0 },
      settings: {
        heartbeatTimeoutMs: 40_000,
        hideAgents: false,
        introspection: true,
        maxMessageBytes: 1 << 20,
      },
    }),
  )
  const { accessKey, secretKey } = cluster.admin
  client = createClient({
    endpoint: manager.endpoints.api,
    accessKey,
    secretKey,
    transport: createCliTransport(),
  })
})
afterAll(() => stack.disposeAsync())

const numbers = Array.from({ length: 200 }).keys()
const newName = () => `rest-${numbers.next().value}-session`
const start = async (name = newName(), options = {}) => {
  await client.sessions.getOrCreate({ image: 'python', name, ...options })
  return name
}
interface Answer {
  status: number
  body: Record<string, unknown>
}
/** The answer of a route; problems do not throw. */
async function call(method: 'GET' | 'POST', path: string[], body?: unknown): Promise<Answer> {
  return await answerOf({ method, path, ...(body === undefined ? {} : { json: body }) })
}

async function answerOf(request: Parameters<Client['connection']['send']>[0]): Promise<Answer> {
  try {
    const answer = await client.connection.send(request)
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { status, kind, title, data, message } = error
    return { status, body: { error_code: kind, title, data, message } }
  }
}

beforeEach(() => {
  agent.script.execute = async ({ runId, code }) => finished(runId, `${code}\n`)
})

describe('POST /session', () => {
  test('is 201 when new, 200 when reused, 400 with the id when reuse is refused', async () => {
    const name = newName()
    const body = { image: 'python', name }
    const first = await call('POST', ['session'], body)
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ sessionName: name, sessId: name, status: 'RUNNING', created: true })
    const again = await call('POST', ['session', '_', 'create'], { lang: 'python', clientSessionToken: name })
    expect(again).toMatchObject({ status: 200, body: { sessionId: first.body.sessionId, created: false } })
    const refused = await call('POST', ['session'], { ...body, reuseIfExists: false })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({
      error_code: 'session-already-exists',
      data: { existingSessionId: first.body.sessionId },
    })
    await client.sessions.destroy(name)
  })

  test('that its client gives up goes on, and is no failure', async () => {
    const name = newName()
    const gone = new AbortController()
    agent.script.holdStart = true
    agent.calls.length = 0
    complaints.length = 0
    const sent = client.connection.send({
      method: 'POST',
      path: ['session'],
      json: { image: 'python', name },
      signal: gone.signal,
    })
    const given = sent.then(
      () => 'answered',
      () => 'given up',
    )
    await until(() => agent.calls.some((call) => call.startsWith('createKernels')))
    gone.abort()
    expect(await given).toBe('given up')
    agent.release()
    await start(name)
    await client.sessions.destroy(name)
    expect(complaints).toEqual([])
  })

  test.each([
    [
      'a variable that no program can be started with',
      { config: { environ: { FAT: 'x'.repeat(131_072) } } },
      400,
      'invalid-api-params',
      '"FAT"',
    ],
    [
      'too many variables',
      {
        config: {
          environ: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`V${i}`, 'x'.repeat(100_000)])),
        },
      },
      400,
      'invalid-api-params',
      '"V10"',
    ],
    ['a list of variables', { config: { environ: ['A=1'] } }, 400, 'invalid-api-params', 'not a list'],
  ])('refuses %s', async (_, body, status, kind, said) => {
    const answer = await call('POST', ['session'], { image: 'python', name: newName(), ...body })
    expect(answer).toMatchObject({ status, body: { error_code: kind } })
    expect(JSON.stringify(answer.body)).toContain(JSON.stringify(said).slice(1, -1))
  })

  test.each([
    ['a short name', { name: 'abc' }, 400, 'invalid-api-params'],
    ['a reserved name', { name: 'from-template' }, 400, 'invalid-api-params'],
    ['an unknown image', { image: 'cobol' }, 404, 'object-not-found'],
    ['no image', { image: null }, 400, 'invalid-api-params'],
    ['an unknown slot', { config: { resources: { tpus: 1 } } }, 400, 'invalid-api-params'],
    ['shmem as a slot', { config: { resources: { shmem: '1g' } } }, 400, 'invalid-api-params'],
    ['too little memory', { config: { resources: { mem: '64m' } } }, 400, 'invalid-api-params'],
    ['a negative amount', { config: { resources: { cpu: -1 } } }, 400, 'invalid-api-params'],
    [
      'all of memory shared',
      { config: { resources: { mem: '2g' }, resource_opts: { shmem: '2g' } } },
      400,
      'invalid-api-params',
    ],
    ['too many containers', { clusterSize: 9 }, 412, 'quota-exceeded'],
    ['no containers', { clusterSize: 0 }, 400, 'invalid-api-params'],
    ['batch without a command', { type: 'batch' }, 400, 'invalid-api-params'],
    [
      'a start in a time that there is not',
      { type: 'batch', startupCommand: 'ls', starts_at: '99999999999d' },
      400,
      'invalid-api-params',
    ],
    [
      'a start in a year that databases do not keep',
      { type: 'batch', startupCommand: 'ls', starts_at: '-271821-04-20T00:00:00Z' },
      400,
      'invalid-api-params',
    ],
    ['a start time without batch', { starts_at: '5m' }, 400, 'invalid-api-params'],
    ['a foreign project', { group: 'nowhere' }, 400, 'invalid-api-params'],
    ['a foreign domain', { domain: 'nowhere' }, 400, 'invalid-api-params'],
    ['an unknown resource group', { config: { scalingGroup: 'moon' } }, 404, 'object-not-found'],
    ['a reserved port', { config: { preopen_ports: ['2000'] } }, 400, 'invalid-api-params'],
    ["a service's port", { config: { preopen_ports: [8080] } }, 400, 'invalid-api-params'],
    ['a mount of an unknown folder', { config: { mounts: ['data'] } }, 404, 'object-not-found'],
    ['an unknown dependency', { dependencies: ['nothing'] }, 400, 'invalid-api-params'],
    ['an unknown agent', { config: { agentList: ['a9'] } }, 400, 'invalid-api-params'],
  ])('%s', async (_, change, status, kind) => {
    const answer = await call('POST', ['session'], { image: 'python', name: newName(), ...change })
    expect(answer.status).toBe(status)
    expect(answer.body.error_code).toBe(kind)
    expect(String(answer.body.title)).not.toBe('')
  })

  test('finds an image by reference in all its forms', async () => {
    for (const image of ['stable/python:3.11', 'cr.example.org/stable/python:3.11']) {
      await client.sessions.destroy(await start(newName(), { image }))
    }
  })
})

describe('a running session', () => {
  test('is known by name, id and prefix', async () => {
    const name = await start()
    const [match] = await client.sessions.match(name.slice(0, -2))
    expect(match).toMatchObject({ name, status: 'RUNNING' })
    const info = await client.sessions.info(match?.id ?? '')
    expect(info).toMatchObject({
      status: 'RUNNING',
      image: 'cr.example.org/stable/python:3.11',
      environ: '{}',
    })
    expect(info.occupiedSlots).toBe("{'cpu': '1', 'mem': '335544320'}")
    await client.sessions.rename(name, `${name}-renamed`)
    expect((await call('GET', ['session', name])).status).toBe(404)
    const history = await call('GET', ['session', `${name}-renamed`, 'status-history'])
    expect(Object.keys(Object(history.body.result))).toEqual(['pending', 'scheduled', 'preparing', 'running'])
    const graph = await call('GET', ['kernel', `${name}-renamed`, 'dependency-graph'])
    expect(graph.body).toMatchObject({ status: 'KernelStatus.RUNNING', depends_on: [] })
    await client.sessions.destroy(match?.id ?? '')
  })

  test('runs code over plain requests', async () => {
    const name = await start()
    const target = ['session', name]
    const good = await call('POST', target, { mode: 'query', code: '1', runId: null })
    expect(good).toMatchObject({
      status: 200,
      body: { result: { status: 'finished', console: [['stdout', '1\n']] } },
    })
    expect((await call('POST', target, { mode: 'query', code: '1' })).status).toBe(400)
    expect((await call('POST', target, { mode: 'continue', code: '', runId: null })).status).toBe(400)
    expect((await call('POST', target, { mode: 'dream', code: '', runId: null })).status).toBe(400)
    const { completions } = await client.sessions.complete(name, 'print', {})
    expect(completions).toEqual(['print()'])
    await client.sessions.interrupt(name)
    expect(agent.calls.at(-1)).toBe('interrupt')
    await client.sessions.destroy(name)
  })

  test('runs code over a socket, asks for input, and is interrupted when the client leaves', async () => {
    const name = await start()
    let step = 0
    agent.script.execute = async ({ runId, mode, code }) => {
      step += 1
      if (step === 1)
        return { ...finished(runId, 'name? '), status: 'waiting-input', exitCode: null, options: {} }
      if (mode === 'input') return finished(runId, `hello ${code}\n`)
      return { ...finished(runId, ''), status: 'continued', exitCode: null }
    }
    const stream = await client.sessions.streamExecute(name, { mode: 'query', code: 'input()' })
    const seen: string[] = []
    for await (const result of stream) {
      seen.push(result.status)
      if (result.status === 'waiting-input') stream.input('ada')
      else expect(result.console).toEqual([['stdout', 'hello ada\n']])
    }
    expect(seen).toEqual(['waiting-input', 'finished'])

    agent.calls.length = 0
    agent.script.execute = async ({ runId }) => {
      await Bun.sleep(5)
      return { ...finished(runId, '.'), status: 'continued', exitCode: null }
    }
    const endless = await client.sessions.streamExecute(name, { mode: 'query', code: 'while True: pass' })
    for await (const _ of endless) break
    endless.close()
    await until(() => agent.calls.includes('interrupt'))
    await client.sessions.destroy(name)
  })

  test('takes and gives files, within limits', async () => {
    const name = await start()
    const file = (path: string, size: number) => ({ path, content: new Uint8Array(size) })
    await client.sessions.upload(name, [file('src/main.py', 1_048_576)])
    expect(agent.files.get('src/main.py')?.byteLength).toBe(1_048_576)
    expect((await uploadRaw(name, [['big', 1_048_577]])).status).toBe(400)
    expect((await uploadRaw(name, [['../../etc/passwd', 1]])).status).toBe(400)
    expect(
      (
        await uploadRaw(
          name,
          Array.from({ length: 21 }, (_, i): [string, number] => [`f${i}`, 1]),
        )
      ).status,
    ).toBe(400)
    const listed = await client.sessions.listFiles(name)
    expect(listed.files).toMatchObject([{ filename: 'main.py', mode: '-rw-r--r--' }])
    expect(
      (await answerOf({ method: 'GET', path: ['session', name, 'files'], query: { path: '/etc' } })).status,
    ).toBe(400)

    agent.files.set('a.txt', tarOf('a.txt', 'A'))
    agent.files.set('b.txt', tarOf('b.txt', 'B'))
    const entries = await client.sessions.download(name, ['a.txt', 'b.txt'])
    expect(entries.map((entry) => entry.path)).toEqual(['a.txt', 'b.txt'])
    expect((await call('POST', ['session', name, 'download'], { files: ['missing'] })).status).toBe(400)
    expect((await call('POST', ['session', name, 'download'], { files: ['../x'] })).status).toBe(400)
    expect(
      (await call('POST', ['session', name, 'download'], { files: ['1', '2', '3', '4', '5', '6'] })).status,
    ).toBe(400)
    await client.sessions.destroy(name)
  })

  test('a file that is missing or outside is the request’s mistake, and no complaint of the manager', async () => {
    const name = await start()
    const { listFiles, downloadFile } = agent.methods
    const refuse = (kind: string) => {
      const method = async () => {
        throw new AgentCallError(kind, 'what the runner says')
      }
      Object.assign(agent.methods, { listFiles: method, downloadFile: method })
    }
    const get = (route: string, query: Record<string, string>) =>
      answerOf({ method: 'GET', path: ['session', name, route], query })
    complaints.length = 0
    refuse('object-not-found')
    const title = 'No such file.'
    expect(await get('files', { path: 'nosuch' })).toMatchObject({ status: 404, body: { title } })
    expect(await get('download', { files: 'nosuch' })).toMatchObject({ status: 400, body: { title } })
    expect(await get('download_single', { file: 'nosuch' })).toMatchObject({ status: 400, body: { title } })
    refuse('invalid-api-params')
    expect((await get('files', { path: 'link-out' })).status).toBe(400)
    expect((await get('download', { files: 'link-out' })).status).toBe(400)
    refuse('over-limit')
    expect((await get('download_single', { file: 'huge' })).status).toBe(406)
    Object.assign(agent.methods, { listFiles, downloadFile })
    expect(complaints).toEqual([])
    await client.sessions.destroy(name)
  })

  test('gives addresses for what a run leaves in .output, over both interfaces', async () => {
    const name = await start()
    const big = new Uint8Array(2_500_000).map((_, at) => at % 251)
    agent.output.set('sub/그림 1.bin', big).set('empty', new Uint8Array())
    const files = [
      { name: 'sub/그림 1.bin', size: big.length },
      { name: 'empty', size: 0 },
    ]
    agent.script.execute = async ({ runId }) => ({ ...finished(runId, ''), files })
    const rest = await client.sessions.execute(name, { mode: 'query', code: '1', runId: null })
    const [first, second] = rest.files ?? []
    expect([first?.name, second?.name]).toEqual(['sub/그림 1.bin', 'empty'])
    const answer = await fetch(String(first?.url))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe(String(big.length))
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''${encodeURIComponent('그림 1.bin')}`,
    )
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(big))).toBe(true)
    expect(await (await fetch(String(second?.url))).text()).toBe('')

    const stream = await client.sessions.streamExecute(name, { mode: 'query', code: '1' })
    for await (const result of stream) {
      expect((await fetch(String(result.files?.[1]?.url))).status).toBe(200)
    }

    // Nobody receives a mixture of two versions as if it were one file.
    const { readOutput } = agent.methods
    agent.methods.readOutput = async (args) => ({
      ...(await readOutput(args)),
      version: args.offset === 0 ? 'old' : 'new',
    })
    const mixed = await fetch(String(first?.url))
    await expect(mixed.arrayBuffer()).rejects.toThrow()
    agent.methods.readOutput = async (args) => ({ ...(await readOutput(args)), size: 2 ** 30 + 1 })
    expect((await fetch(String(first?.url))).status).toBe(406)
    agent.methods.readOutput = readOutput

    agent.output.delete('empty')
    expect((await fetch(String(second?.url))).status).toBe(404)
    expect((await fetch(`${first?.url}x`)).status).toBe(403)
    await client.sessions.destroy(name)
    expect((await fetch(String(first?.url))).status).toBe(404)
  })

  test('lists its apps and has no app proxy', async () => {
    const name = await start()
    const apps = await call('GET', ['stream', 'session', name, 'apps'])
    expect(apps.body).toEqual([
      { name: 'sshd', protocol: 'tcp', ports: [2200] },
      { name: 'jupyter', protocol: 'http', ports: [8080] },
    ] as never)
    expect((await call('POST', ['session', name, 'start-service'], { app: 'jupyter' })).status).toBe(503)
    await client.sessions.destroy(name)
  })

  test('typing into a shell that has ended is no complaint', async () => {
    const name = await start()
    const typed = Promise.withResolvers<void>()
    const { openStream } = link
    link.openStream = async () => ({
      write: () => {
        typed.resolve()
        return Promise.reject(new Error('the stream is closed'))
      },
      control: () => {},
      onControl: () => {},
      chunks: (async function* () {
        await typed.promise
        yield new TextEncoder().encode('logout')
      })(),
      end: () => {},
      [Symbol.asyncDispose]: async () => {},
    })
    complaints.length = 0
    const pty = await client.sessions.streamPty(name, { rows: 30, cols: 100 })
    pty.write(new TextEncoder().encode('ls\n'))
    let shown = ''
    for await (const chunk of pty.output) shown += new TextDecoder().decode(chunk)
    expect(shown).toBe('logout')
    link.openStream = openStream
    await client.sessions.destroy(name)
    expect(complaints).toEqual([])
  })

  test('offers a terminal', async () => {
    const name = await start()
    const sizes: unknown[] = []
    agent.script.openStream = (_, __, shell) => {
      shell.onControl((value) => sizes.push(value))
      void (async () => {
        for await (const chunk of shell.chunks) await shell.write(chunk)
      })()
    }
    const pty = await client.sessions.streamPty(name, { rows: 30, cols: 100 })
    pty.write(new TextEncoder().encode('ls\n'))
    for await (const chunk of pty.output) {
      expect(new TextDecoder().decode(chunk)).toBe('ls\n')
      break
    }
    await until(() => sizes.length > 0)
    expect(sizes).toContainEqual({ resize: { rows: 30, cols: 100 } })
    pty.close()
    await client.sessions.destroy(name)
  })
})

describe('GET /events/session', () => {
  test('tells what happens to the sessions asked for, and resumes', async () => {
    const name = newName()
    const stop = new AbortController()
    const events = await client.sessions.events(
      { sessionName: name, scope: 'session' },
      { signal: stop.signal },
    )
    await start(name)
    await client.sessions.destroy(name)
    const seen: { event: string; id: string | undefined }[] = []
    for await (const event of events) {
      expect(event.sessionName).toBe(name)
      seen.push(event)
      if (event.event === 'session_terminated') break
    }
    stop.abort()
    const names = seen.map((event) => event.event)
    expect(names).toEqual([
      'session_enqueued',
      'session_scheduled',
      'session_preparing',
      'session_creating',
      'session_started',
      'session_terminating',
      'session_terminated',
    ])
    const again = new AbortController()
    const rest = await client.sessions.events(
      { sessionName: name, scope: 'session' },
      { signal: again.signal, lastEventId: seen[4]?.id ?? '' },
    )
    const missed: string[] = []
    for await (const event of rest) {
      missed.push(event.event)
      if (missed.length === 2) break
    }
    again.abort()
    expect(missed).toEqual(names.slice(5))
  })
})

/** A tar archive of one small file. */
function tarOf(path: string, text: string): Uint8Array {
  const archive = new Uint8Array(2048)
  const put = (offset: number, value: string) => archive.set(new TextEncoder().encode(value), offset)
  put(0, path)
  put(100, '0000644\0')
  put(124, `${text.length.toString(8).padStart(11, '0')}\0`)
  put(156, '0')
  put(257, 'ustar\x0000')
  put(148, '        ')
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  put(512, text)
  return archive
}

const uploadRaw = (name: string, files: [path: string, size: number][]) => {
  const content = files.map(([path, size]) => ({ path, content: new Uint8Array(size) }))
  return answerOf({ method: 'POST', path: ['session', name, 'upload'], body: encodeUpload(content, 'edge') })
}
