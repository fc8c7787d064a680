import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import {
  ACCESS_KEY,
  eventStream,
  json,
  problem,
  type Recorded,
  type ScriptedManager,
  startScriptedManager,
} from '../client/scripted-manager.ts'
import { tarOf } from '../client/tar-of.ts'
import { type TestIo, type TestIoOptions, testIo } from './test-io.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const ID = '11111111-2222-3333-4444-555555555555'
let manager: ScriptedManager

beforeEach(async () => {
  manager = await startScriptedManager()
})
afterEach(() => manager[Symbol.asyncDispose]())

async function cli(args: string[], options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, now: NOW, ...options })
  return { code: await runCli(args, io), ...io.out }
}

const unknownSession = (): Response => problem(404, 'object-not-found', 'No such session.')

/** Answers GraphQL by the root field that is asked for. */
function onGraphQl(answers: Record<string, (variables: Record<string, unknown>) => unknown>): void {
  manager.on('POST /admin/gql', (request) => {
    const { query, variables } = request.json() as { query: string; variables: Record<string, unknown> }
    const root = Object.keys(answers).find((name) => new RegExp(`\\b${name}\\b`).test(query)) ?? ''
    return json({ data: { [root]: answers[root]?.(variables) } })
  })
}

const session = (name: string, fields: object = {}): Record<string, unknown> => ({
  id: ID,
  name,
  image: 'cr.backend.ai/stable/python:3.9-ubuntu20.04',
  type: 'interactive',
  status: 'RUNNING',
  status_info: '',
  status_changed: '2026-11-21T07:55:00+00:00',
  ...fields,
})

const sessions = (...items: unknown[]): void =>
  onGraphQl({ compute_session_list: () => ({ items, total_count: items.length }) })

describe('ps', () => {
  test('lists own sessions in 80 columns with relative times', async () => {
    sessions(
      session('alpha'),
      session('b'.repeat(60), { status: 'PENDING', status_info: 'no-available-instances' }),
    )
    const result = await cli(['ps'], { isTTY: true })
    expect(result.code).toBe(0)
    const lines = result.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^NAME +IMAGE +TYPE +STATUS +REASON +CHANGED$/)
    expect(lines[1]).toContain('5 min ago')
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80)
    expect(manager.requestsOf('POST /admin/gql')[0]?.json().variables).toMatchObject({
      access_key: ACCESS_KEY,
      status: 'PENDING,SCHEDULED,PULLING,PREPARING,RUNNING,RESTARTING,RUNNING_DEGRADED,TERMINATING,ERROR',
    })
  })

  test('does not cut what goes into a pipe', async () => {
    sessions(session('b'.repeat(90)))
    expect((await cli(['ps'])).stdout).toContain('b'.repeat(90))
  })

  test('says so when there is none', async () => {
    sessions()
    const result = await cli(['ps'])
    expect([result.code, result.stdout]).toEqual([0, ''])
    expect(result.stderr).toContain('no compute sessions running')
  })

  test.each([
    [['--running'], 'PREPARING,PULLING,RUNNING,RUNNING_DEGRADED'],
    [['--dead'], 'CANCELLED,TERMINATED'],
    [['--status', 'running,error'], 'RUNNING,ERROR'],
  ])('%j asks for %s', async (flags, status) => {
    sessions()
    await cli(['ps', ...flags])
    expect(manager.requestsOf('POST /admin/gql')[0]?.json().variables).toMatchObject({ status })
  })

  test('--format, --filter and --order are passed on', async () => {
    sessions(session('alpha', { occupying_slots: '{}' }))
    const result = await cli([
      'ps',
      '--format',
      'name,occupied_slots',
      '--filter',
      'type == "batch"',
      '--order',
      '-id',
    ])
    const body = manager.requestsOf('POST /admin/gql')[0]?.json()
    expect(String(body?.query)).toContain('{ items { name occupying_slots } total_count }')
    expect(body?.variables).toMatchObject({ filter: 'type == "batch"', order: '-id' })
    expect(result.stdout).toContain('OCCUPYING_SLOTS')
  })

  test('pages until the limit and tells how many are left', async () => {
    onGraphQl({
      compute_session_list: ({ limit, offset }) => ({
        items: Array.from({ length: Number(limit) }, (_, at) => session(`s-${Number(offset) + at}`)),
        total_count: 1000,
      }),
    })
    const result = await cli(['ps', '--limit', '150'])
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(151)
    expect(result.stderr).toContain('850 more')
    expect(manager.requestsOf('POST /admin/gql')).toHaveLength(2)
  })

  test('--json is one document', async () => {
    sessions(session('alpha'))
    const result = await cli(['ps', '--json'])
    expect(JSON.parse(result.stdout)).toMatchObject({ items: [{ name: 'alpha' }], total_count: 1 })
    expect((await cli(['--output', 'json', 'ps'])).stdout).toBe(result.stdout)
    expect((await cli(['--json', 'session', 'list'])).stdout).toBe(result.stdout)
  })

  test('--watch prints again when an event comes', async () => {
    let calls = 0
    onGraphQl({
      compute_session_list: () => {
        calls += 1
        return { items: [session(`call-${calls}`)], total_count: 1 }
      },
    })
    manager.on('GET /events/session', () =>
      eventStream(['event: session_started\ndata: {"sessionName":"x"}\n\n'], 'stay'),
    )
    const result = await cli(['ps', '--watch', '--json'], {
      onWrite: (io) => io.out.stdout.includes('call-2') && io.interrupt(),
    })
    expect(result.code).toBe(130)
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(2)
  })
})

describe('unknown sessions', () => {
  test('are named, with names that are close', async () => {
    sessions(session('training'), session('other'))
    manager.on('DELETE /session/*', unknownSession)
    const result = await cli(['rm', 'trainng'])
    expect(result.code).toBe(1)
    expect(result.stderr).toBe('✘ There is no session "trainng".\n  Did you mean: training?\n')
  })

  test('point to the lists when nothing is close, and leave JSON alone', async () => {
    sessions()
    manager.on('GET /session/*/logs', unknownSession)
    const result = await cli(['logs', 'nothing', '--json'])
    expect([result.code, result.stdout]).toEqual([1, ''])
    expect(JSON.parse(result.stderr).error).toMatchObject({
      message: 'There is no session "nothing".',
      exit_code: 1,
    })
  })
})

describe('rm', () => {
  test('goes on after a failure and fails at the end', async () => {
    sessions()
    manager.on('DELETE /session/*', ({ path }) =>
      path.endsWith('bad') ? unknownSession() : json({ stats: { status: 'terminated' } }),
    )
    const result = await cli(['rm', 'first', 'bad', 'last', '--forced'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Session first is ended')
    expect(result.stderr).toContain('There is no session "bad"')
    expect(result.stderr).toContain('Session last is ended')
    expect(manager.requestsOf('DELETE /session/*').every(({ query }) => query.get('forced') === 'true')).toBe(
      true,
    )
  })

  test('cancels what waits before it ends what makes room', async () => {
    const status: Record<string, string> = { first: 'RUNNING', queued: 'PENDING', last: 'RUNNING' }
    const nameOf = (path: string): string => path.slice('/session/'.length)
    manager.on('GET /session/*', ({ path }) => json({ status: status[nameOf(path)] }))
    manager.on('DELETE /session/*', ({ path }) =>
      json({ stats: { status: status[nameOf(path)] === 'PENDING' ? 'cancelled' : 'terminated' } }),
    )
    const result = await cli(['rm', 'first', 'queued', 'last'])
    expect(result.stderr).toBe(
      '✔ Session queued is cancelled.\n✔ Session first is ended.\n✔ Session last is ended.\n',
    )
    expect(result.code).toBe(0)
  })

  const byForce = () =>
    problem(403, 'generic-forbidden', 'Forbidden operation.', {
      msg: 'The session "mine" is PREPARING: it can be ended only by force.',
    })

  test('waits for one that is about to run', async () => {
    const looks = ['SCHEDULED', 'PREPARING', 'RUNNING']
    const seen: string[] = []
    manager.on('GET /session/mine', () => {
      seen.push(looks[seen.length] ?? 'RUNNING')
      return json({ status: seen.at(-1) })
    })
    manager.on('DELETE /session/mine', () =>
      seen.at(-1) === 'RUNNING' ? json({ stats: { status: 'terminated' } }) : byForce(),
    )
    const result = await cli(['rm', 'mine'])
    expect(result.stderr).toBe(
      '∙ Session mine is starting; it ends once it runs.\n✔ Session mine is ended.\n',
    )
    expect([result.code, seen]).toEqual([0, looks])
  })

  test('gives up on one that stays so, and names the force', async () => {
    manager.on('GET /session/mine', () => json({ status: 'PREPARING' }))
    manager.on('DELETE /session/mine', byForce)
    const result = await cli(['rm', 'mine'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain(
      '✘ The session "mine" is PREPARING: it can be ended only by force.\n' +
        '  "backend.ai rm --forced mine" ends it at once.\n',
    )
  })

  test.each(['RUNNING', 'TERMINATED'])(
    'a %s one that is refused is not asked for again and again',
    async (status) => {
      manager.on('GET /session/mine', () => json({ status }))
      manager.on('DELETE /session/mine', () =>
        problem(403, 'generic-forbidden', 'Forbidden operation.', { msg: 'No.' }),
      )
      expect((await cli(['rm', 'mine'])).code).toBe(1)
      expect(manager.requestsOf('DELETE /session/mine').length).toBeLessThanOrEqual(2)
    },
  )

  test.each(['destroy', 'terminate', 'kill'])('is also called %s', async (name) => {
    manager.on('DELETE /session/mine', () => json({}))
    expect((await cli([name, 'mine'])).code).toBe(0)
  })

  test('--stats shows the metrics', async () => {
    const cpu = { unit_hint: 'msec', current: '2500', capacity: null, pct: '1' }
    const mem = {
      unit_hint: 'bytes',
      current: '1048576',
      capacity: '2097152',
      pct: '50',
      'stats.max': '1572864',
    }
    manager.on('DELETE /session/mine', () =>
      json({ stats: { status: 'terminated', version: 2, cpu_used: cpu, mem } }),
    )
    const { stdout } = await cli(['rm', '--stats', 'mine'])
    expect(stdout).toMatch(/cpu_used +2\.5 s/)
    expect(stdout).toMatch(/mem +1 MiB +2 MiB +1\.5 MiB/)
  })
})

describe('info', () => {
  test('finds a name, also of an ended session, and shows its containers', async () => {
    const container = {
      cluster_role: 'main',
      cluster_idx: 1,
      status: 'RUNNING',
      agent: 'i-1',
      container_id: 'abc',
    }
    onGraphQl({
      compute_session_list: () => ({ items: [{ id: ID, name: 'mine' }], total_count: 1 }),
      compute_session: () =>
        session('mine', { occupying_slots: '{"cpu":"1","mem":"268435456"}', containers: [container] }),
    })
    const { code, stdout } = await cli(['info', 'mine'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Status +RUNNING/)
    expect(stdout).toMatch(/Resources +cpu 1, mem 256 MiB/)
    expect(stdout).toMatch(/main1 +RUNNING +i-1 +abc/)
    expect(manager.requestsOf('POST /admin/gql')[0]?.json().variables).toMatchObject({
      filter: 'name == "mine"',
    })
  })

  test('asks for an id directly', async () => {
    onGraphQl({ compute_session: ({ id }) => session('mine', { id }) })
    const { stdout } = await cli(['info', ID, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id: ID, name: 'mine' })
  })

  test('says when there is none', async () => {
    sessions()
    expect((await cli(['info', 'mine'])).stderr).toContain('There is no session "mine"')
  })
})

describe('logs', () => {
  test('are printed as they are', async () => {
    manager.on('GET /session/mine/logs', () => json({ result: { logs: 'a\nb' } }))
    expect((await cli(['logs', 'mine'])).stdout).toBe('a\nb')
  })

  test.each([
    ['has ended', () => json({ status: 'TERMINATED' })],
    ['is gone', unknownSession],
  ])('-f prints only what is new, until the session %s', async (_, afterwards) => {
    const answers = ['one\n', 'one\ntwo\n', 'one\ntwo\n', 'one\ntwo\nthree\n']
    let last = ''
    manager.on('GET /session/mine/logs', () => {
      last = answers.shift() ?? last
      return json({ result: { logs: last } })
    })
    manager.on('GET /session/mine', () => (answers.length > 0 ? json({ status: 'RUNNING' }) : afterwards()))
    const result = await cli(['logs', '-f', 'mine'])
    expect([result.code, result.stdout]).toEqual([0, 'one\ntwo\nthree\n'])
  })
})

describe('files', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-files-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const answerTar = (...paths: string[]): void =>
    answerMembers(...paths.map((path) => ({ path, content: 'data' })))
  const answerMembers = (...members: Parameters<typeof tarOf>[0]): void =>
    manager.on('POST /session/mine/download', () => {
      const archive = tarOf(members)
      const body = Buffer.concat([Buffer.from('--B\r\n\r\n'), archive, Buffer.from('\r\n--B--')])
      return new Response(body, { headers: { 'content-type': 'multipart/mixed; boundary="B"' } })
    })

  test('download writes below --dest', async () => {
    answerTar('out/a.txt')
    const result = await cli(['download', 'mine', 'out', '--dest', 'here'], { cwd: directory })
    expect(result.code).toBe(0)
    expect(readFileSync(join(directory, 'here/out/a.txt'), 'utf8')).toBe('data')
  })

  test('download of what holds no file fails and says what is left out', async () => {
    answerMembers({ path: 'out/', content: '', type: '5' }, { path: 'out/latest', content: '', type: '2' })
    const links = await cli(['download', 'mine', 'out'], { cwd: directory })
    expect([links.code, links.stderr]).toEqual([
      1,
      '✘ There is no file to download in out.\n  Left out, as only files and folders are copied: out/latest.\n',
    ])
    expect(existsSync(join(directory, 'out/latest'))).toBe(false)
    answerMembers()
    const nothing = await cli(['download', 'mine', 'pipe'], { cwd: directory })
    expect([nothing.code, nothing.stderr]).toEqual([
      1,
      '✘ There is no file to download in pipe.\n  Links, pipes and devices are not copied.\n',
    ])
  })

  test('download beside files names what it leaves out', async () => {
    answerMembers({ path: 'a', content: 'data' }, { path: 'link', content: '', type: '2' })
    const result = await cli(['download', 'mine', '.'], { cwd: directory })
    expect(result.code).toBe(0)
    expect(result.stderr).toContain(
      '! Left out, as only files and folders are copied: link.\n✔ Downloaded 1 file',
    )
  })

  const executionFailed = 'Executing user code in the kernel has failed.'
  const inAgent = (exception: string) =>
    problem(500, 'kernel-execution-failed', executionFailed, {
      'agent-details': { type: 'about:agent', title: 'Agent-side exception occurred.', exception },
    })
  const badRequest = () =>
    problem(400, 'generic-bad-request', 'Bad request.', { msg: 'nosuch does not exist.' })

  test.each([
    ['a sentence of the server', badRequest, 'nosuch does not exist.'],
    ['a sentence of the agent', () => inAgent('Problem: nosuch does not exist.'), 'nosuch does not exist.'],
    ['a kind of problem', () => inAgent('over-limit: It is too big.'), 'It is too big.'],
    ['an exception', () => inAgent('OSError: EIO'), `${executionFailed} (agent: OSError: EIO)`],
  ])('a failure is told in one sentence: %s', async (_what, answer, message) => {
    manager.on('POST /session/mine/download', answer)
    const result = await cli(['download', 'mine', 'nosuch'], { cwd: directory })
    expect([result.code, result.stderr]).toEqual([1, `✘ ${message}\n`])
  })

  test.each(['../evil.txt', '/tmp/../evil.txt', 'a/../../evil.txt'])(
    'download never writes to %s',
    async (path) => {
      answerTar(path)
      const result = await cli(['download', 'mine', 'x'], { cwd: directory })
      expect(result.code).toBe(1)
      expect(result.stderr).toContain('outside of')
      expect(existsSync(join(directory, '../evil.txt'))).toBe(false)
    },
  )

  test('upload keeps the path below --basedir', async () => {
    let sent: Recorded | undefined
    manager.on('POST /session/mine/upload', (request) => {
      sent = request
      return new Response(null, { status: 204 })
    })
    await Bun.write(join(directory, 'src/lib/a.py'), 'x')
    const args = ['upload', 'mine', 'src/lib/a.py', '--basedir', 'src']
    expect((await cli(args, { cwd: directory })).code).toBe(0)
    expect(new TextDecoder().decode(sent?.body)).toContain('filename="lib%2Fa.py"')
  })

  test('ls shows modes, sizes and times', async () => {
    const file = { filename: 'data', size: 2048, mtime: NOW / 1000 - 3600, mode: 'drwxr-xr-x' }
    manager.on('GET /session/mine/files', () => json({ items: [file], abspath: '/home/work' }))
    expect((await cli(['ls', 'mine'])).stdout).toMatch(/drwxr-xr-x +2 KiB +1 h ago +data\//)
  })
})

describe('events and watch', () => {
  const event = (name: string, fields: object = {}): string =>
    `event: ${name}\ndata: ${JSON.stringify({ sessionName: 'mine', reason: '', exitCode: null, ...fields })}\n\n`
  const close = 'event: server_close\ndata: {}\n\n'

  test('events prints each, as text or as JSON lines', async () => {
    manager.on('GET /events/session', () =>
      eventStream([event('kernel_pulling', { kernelId: 'k', clusterRole: 'main', clusterIdx: 1 }), close]),
    )
    manager.on('GET /session/*', () => json({ status: 'PENDING' }))
    expect((await cli(['events', 'mine'])).stdout).toBe('kernel_pulling mine main1\n')
    expect(JSON.parse((await cli(['events', ID, '--json'])).stdout)).toMatchObject({
      event: 'kernel_pulling',
    })
    const [byName, byId] = manager.requestsOf('GET /events/session')
    expect(byName?.query.get('sessionName')).toBe('mine')
    expect(byId?.query.get('sessionId')).toBe(ID)
  })

  test('events of an unknown session are refused before anything is waited for', async () => {
    manager.on('GET /events/session', () => eventStream([], 'stay'))
    manager.on('GET /session/*', () => unknownSession())
    const result = await cli(['events', 'mien'])
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('There is no session "mien".')])
    expect(manager.requestsOf('GET /events/session')).toEqual([])
  })

  test.each([
    ['SUCCESS', 0],
    ['FAILURE', 1],
  ])('watch of a session that ended with %s', async (result, code) => {
    manager.on('GET /session/*', () => json({ status: 'TERMINATED' }))
    onGraphQl({ compute_session: () => session('mine', { result }) })
    expect((await cli(['watch', ID])).code).toBe(code)
    expect(manager.requestsOf('GET /events/session')).toHaveLength(0)
  })

  test.each([
    ['session_success', { exitCode: 0 }, 0],
    ['session_failure', { exitCode: 7 }, 7],
    ['session_terminated', { reason: 'user-requested' }, 0],
    ['session_cancelled', {}, 4],
  ])('watch ends at %s', async (name, fields, code) => {
    manager.on('GET /session/mine', () => json({ status: 'RUNNING' }))
    manager.on('GET /events/session', () =>
      eventStream([event('session_started'), event(name, fields)], 'stay'),
    )
    const result = await cli(['watch', 'mine'])
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(`exit code = ${code}`)
  })
})

describe('exec', () => {
  test('runs a command in batch mode, each word quoted', async () => {
    let first = ''
    manager.onSocket('/stream/session/mine/execute', (socket) => {
      socket.on('message', (data) => {
        first = String(data)
        socket.send(JSON.stringify({ status: 'finished', exitCode: 9, console: [['stdout', 'out\n']] }))
      })
    })
    const result = await cli(['exec', 'mine', '--', 'ls', '-l', "it's here"])
    expect([result.code, result.stdout]).toEqual([9, 'out\n'])
    expect(JSON.parse(first)).toMatchObject({
      mode: 'batch',
      options: { clean: null, build: null, exec: `ls -l 'it'\\''s here'` },
    })
  })

  test('options after the session belong to the command, one word is a command line', async () => {
    const seen: string[] = []
    manager.onSocket('/stream/session/mine/execute', (socket) => {
      socket.on('message', (data) => {
        seen.push(JSON.parse(String(data)).options.exec)
        socket.send(JSON.stringify({ status: 'finished', exitCode: 0, console: [] }))
      })
    })
    await cli(['exec', 'mine', 'ls', '--json'])
    await cli(['exec', 'mine', 'ls | wc -l'])
    expect(seen).toEqual(['ls --json', 'ls | wc -l'])
  })

  test('opens a shell on the terminal', async () => {
    const frames: unknown[] = []
    let shell: TestIo | undefined
    manager.onSocket('/stream/session/mine/pty', (socket) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string; chars: string }
        frames.push(message)
        if (message.type === 'resize') {
          socket.send(JSON.stringify({ type: 'out', data: btoa('$ ') }))
          return
        }
        socket.send(JSON.stringify({ type: 'out', data: message.chars }))
        socket.close(1000)
      })
    })
    const io = testIo({
      endpoint: manager.endpoint,
      onWrite: (each) => {
        shell = each
        if (each.out.stdout === '$ ') each.type('exit\r')
      },
    })
    expect(await runCli(['exec', 'mine'], io)).toBe(0)
    expect(shell?.out.stdout).toBe('$ exit\r')
    expect(frames[0]).toEqual({ type: 'resize', rows: 24, cols: 80 })
  })

  test('the end of piped input is told until the shell ends', async () => {
    let ends = 0
    manager.onSocket('/stream/session/mine/pty', (socket) => {
      socket.send(JSON.stringify({ type: 'out', data: btoa('$ ') }))
      socket.on('message', (data) => {
        const message = JSON.parse(String(data)) as { type: string; chars: string }
        // A terminal that was changing its mode drops the first.
        if (message.type === 'stdin' && atob(message.chars) === '\u0004') ends += 1
        if (ends === 2) socket.close(1000)
      })
    })
    const io = testIo({
      endpoint: manager.endpoint,
      onWrite: (each) => {
        if (each.out.stdout === '$ ') each.endInput()
      },
    })
    expect(await runCli(['exec', 'mine'], io)).toBe(0)
    expect(ends).toBeGreaterThanOrEqual(2)
  })

  test('an unknown session is explained', async () => {
    sessions(session('minerva'))
    const result = await cli(['exec', 'miner'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Did you mean: minerva?')
  })
})

describe('start, rename, restart', () => {
  test('start prints the id alone on standard output', async () => {
    manager.on('POST /session', () =>
      json({
        sessionId: ID,
        status: 'RUNNING',
        servicePorts: [{ name: 'jupyter', protocol: 'http', ports: [8081] }],
      }),
    )
    manager.on('GET /events/session', () => eventStream([], 'stay'))
    const result = await cli(['create', '-t', 'mine', 'python'])
    expect([result.code, result.stdout]).toEqual([0, `${ID}\n`])
    expect(result.stderr).toContain('Session mine is ready.')
    expect(result.stderr).toContain('App jupyter (http)')
  })

  test('start of a session that cannot run is exit code 4', async () => {
    manager.on('POST /session', () => json({ sessionId: ID, status: 'CANCELLED' }))
    manager.on('GET /events/session', () => eventStream([], 'stay'))
    expect((await cli(['start', 'python'])).code).toBe(4)
  })

  test('rename checks the name before it asks', async () => {
    manager.on('POST /session/mine/rename', () => new Response(null, { status: 204 }))
    expect((await cli(['rename', 'mine', 'x'])).code).toBe(2)
    expect(manager.requests).toHaveLength(0)
    expect((await cli(['rename', 'mine', 'yours'])).code).toBe(0)
  })

  test('restart', async () => {
    manager.on('PATCH /session/mine', () => new Response(null, { status: 204 }))
    expect(JSON.parse((await cli(['restart', 'mine', '--json'])).stdout)).toEqual({ restarted: ['mine'] })
  })
})

describe('administration', () => {
  test('admin session list asks for everybody, or one owner', async () => {
    sessions(session('alpha'))
    await cli(['admin', 'session', 'list'])
    await cli(['admin', 'session', 'list', '--access-key', 'AKIAOTHER'])
    const keys = manager.requestsOf('POST /admin/gql').map((request) => request.json().variables)
    expect(keys).toMatchObject([{ access_key: null }, { access_key: 'AKIAOTHER' }])
    expect(manager.requests.every(({ isSigned, target }) => isSigned || target === '/')).toBe(true)
  })

  test('admin agent list and info', async () => {
    const agent = {
      id: 'i-1',
      status: 'ALIVE',
      architecture: 'x86_64',
      scaling_group: 'default',
      region: 'local',
      first_contact: '2026-11-21T07:00:00Z',
      cpu_cur_pct: 12.3,
      mem_cur_bytes: 1,
      available_slots: '{"cpu":"8","mem":"8589934592"}',
      occupied_slots: '{"cpu":"1"}',
    }
    const liveStat = JSON.stringify({
      node: { mem: { current: '1048576', capacity: '2097152', unit_hint: 'bytes' } },
      devices: {},
    })
    onGraphQl({
      agent_list: () => ({ items: [agent], total_count: 1 }),
      agent: ({ agent_id }) => (agent_id === 'i-1' ? { ...agent, live_stat: liveStat } : null),
    })
    const { stdout } = await cli(['admin', 'agent', 'list'], { isTTY: true })
    expect(stdout).toMatch(/i-1 +ALIVE +default +12 % +cpu 1 +cpu 8, mem 8 GiB/)
    expect((await cli(['admin', 'agent', 'info', 'i-1'])).stdout).toMatch(/mem +1 MiB of 2 MiB/)
    const missing = await cli(['admin', 'agent', 'info', 'i-2'])
    expect([missing.code, missing.stdout]).toEqual([1, ''])
  })

  test('admin image list, alias, dealias', async () => {
    const image = {
      name: 'stable/python',
      registry: 'cr.backend.ai',
      architecture: 'x86_64',
      tag: '3.9-ubuntu20.04',
      digest: 'sha256:0',
      size_bytes: 1024,
      aliases: ['python'],
    }
    onGraphQl({
      images: () => [image],
      dealias_image: () => ({ ok: false, msg: 'no such alias' }),
      alias_image: () => ({ ok: true, msg: '' }),
    })
    expect((await cli(['admin', 'image', 'list'])).stdout).toContain(
      'cr.backend.ai/stable/python:3.9-ubuntu20.04',
    )
    expect((await cli(['admin', 'image', 'alias', 'py', 'x/y:1'])).code).toBe(0)
    const refused = await cli(['admin', 'image', 'dealias', 'py'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('no such alias')
  })

  test.each([
    ['bgtask_done', 0],
    ['bgtask_failed', 1],
  ])('admin image rescan follows its task to %s', async (end, code) => {
    onGraphQl({ rescan_images: () => ({ ok: true, msg: '', task_id: 'task-1' }) })
    manager.on('GET /events/background-task', () =>
      eventStream([
        'event: bgtask_updated\ndata: {"message":"python","current_progress":1,"total_progress":4}\n\n',
        `event: ${end}\ndata: {"message":"the end"}\n\n`,
        'event: server_close\ndata: {}\n\n',
      ]),
    )
    const result = await cli(['admin', 'image', 'rescan'])
    expect(result.code).toBe(code)
    expect(result.stderr).toContain('python (1 of 4)')
    expect(result.stderr).toContain('the end')
  })

  test('gql prints data, reads standard input and checks variables', async () => {
    onGraphQl({ keypair: (variables) => ({ user_id: 'u', variables }) })
    const result = await cli(['gql', '-v', '{"a":1}'], { input: ['{ keypair { user_id } }'] })
    expect(JSON.parse(result.stdout)).toEqual({ keypair: { user_id: 'u', variables: { a: 1 } } })
    expect((await cli(['gql', '{ x }', '-v', '[1]'])).code).toBe(2)
  })
})

describe('config', () => {
  test('shows settings, hides the secret and asks the server', async () => {
    manager.on('GET /auth', ({ query }) => json({ authorized: 'yes', echo: query.get('echo') }))
    manager.on('GET /manager/announcement', () => json({ enabled: true, message: 'Closed on Sunday' }))
    const { code, stdout, stderr } = await cli(['config'])
    expect(code).toBe(0)
    expect(stderr).toContain('Announcement: Closed on Sunday')
    expect(stdout).toContain('v7.20230615')
    expect(stdout).toMatch(/Key pair accepted +yes/)
    expect(stdout).not.toContain('bPxRfiCYEXAMPLEKEY')
  })

  test('shows settings also when nobody answers', async () => {
    const { code, stdout } = await cli(['config', '--json', '--endpoint', 'http://127.0.0.1:1'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ endpoint: 'http://127.0.0.1:1', server_version: null })
  })

  test('reads the file of a local cluster', async () => {
    const home = mkdtempSync(join(tmpdir(), 'cli-config-'))
    try {
      const keys = { endpoint: manager.endpoint, access_key: 'LOCAL', secret_key: 'local-secret' }
      writeFileSync(join(home, 'admin.json'), JSON.stringify(keys))
      const io = testIo({ env: { BACKENDAI_DATA: home }, home })
      expect(await runCli(['config', '--json'], io)).toBe(0)
      expect(JSON.parse(io.out.stdout)).toMatchObject({ access_key: 'LOCAL', is_authorized: false })
    } finally {
      rmSync(home, { recursive: true })
    }
  })
})

test('--debug shows requests, never the secret', async () => {
  sessions()
  const { stderr } = await cli(['ps', '--debug'])
  expect(stderr).toMatch(/debug: POST http:\/\/127.0.0.1:\d+\/admin\/gql 200 \d+ ms/)
  expect(stderr).not.toContain('EXAMPLEKEY\n')
})

test('a wrong key is explained', async () => {
  const result = await cli(['ps', '--access-key', 'AKIAWRONG', '--secret-key', 'x'])
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('Check the access key')
  expect(result.stderr).toContain('inactive')
})

test('errors of GraphQL are told without its titles', async () => {
  const said = 'Forbidden operation: Only superadmins may ask this.'
  manager.on('POST /admin/gql', () => json({ data: null, errors: [{ message: said }] }))
  const result = await cli(['admin', 'agent', 'list'])
  expect([result.code, result.stderr]).toEqual([1, '✘ Only superadmins may ask this.\n'])
})

test('a bad field is explained once', async () => {
  const msg = '"a/b" is no folder name.'
  const document = {
    type: 'https://api.backend.ai/probs/invalid-api-params',
    title: 'Bad.',
    msg,
    data: { name: msg },
  }
  manager.on('POST /folders', () => json(document, 400))
  expect((await cli(['vfolder', 'create', 'a/b'])).stderr).toBe(`✘ ${msg}\n`)
})

test('a webserver in the place of a manager is guessed', async () => {
  manager.on('POST /admin/gql', () => problem(404, 'url-not-found', 'Unknown URL path.'))
  expect((await cli(['ps'])).stderr).toContain('BACKEND_ENDPOINT_TYPE=session')
})

test('a file that is not there is named in one sentence', async () => {
  expect(await cli(['sesstpl', 'create', '-f', 'none.yaml'])).toMatchObject({
    code: 2,
    stderr: '✘ There is no file "none.yaml".\n',
  })
})

test('task-logs takes the name of a session', async () => {
  manager.on('GET /session/_/logs', () => new Response('out\n'))
  onGraphQl({
    compute_session_list: () => ({ items: [{ id: ID, name: 'mine' }], total_count: 1 }),
    compute_session: () => session('mine'),
  })
  expect((await cli(['task-logs', 'mine'])).stdout).toBe('out\n')
  const [request] = manager.requestsOf('GET /session/_/logs')
  expect(`${request?.query} ${request?.body}`).toContain(ID)
  sessions()
  expect((await cli(['task-logs', 'nope'])).stderr).toContain('There is no session "nope".')
})

test('resource check calls what is not limited so', async () => {
  const found = { keypair_limits: { cpu: 'Infinity' }, keypair_using: { cpu: '1' } }
  manager.on('POST /resource/check-presets', () =>
    json({ ...found, keypair_remaining: { cpu: 'Infinity' }, presets: [], scaling_groups: {} }),
  )
  expect((await cli(['resource', 'check'])).stdout).toMatch(/^cpu +no limit +1 +no limit$/m)
})
