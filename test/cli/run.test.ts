import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { runCli } from '../../src/cli/program.ts'
import {
  eventStream,
  json,
  problem,
  type ScriptedManager,
  startScriptedManager,
} from '../client/scripted-manager.ts'
import { type TestIo, testIo } from './test-io.ts'

let manager: ScriptedManager
let directory: string

beforeEach(async () => {
  manager = await startScriptedManager()
  directory = mkdtempSync(join(tmpdir(), 'cli-run-'))
  manager.on('POST /session', () =>
    json({ sessionId: 'id-1', status: 'RUNNING', created: true, servicePorts: [] }),
  )
  manager.on('GET /events/session', () => eventStream([], 'stay'))
  manager.on('DELETE /session/*', () => json({ stats: { status: 'terminated', version: 2 } }))
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

interface Frame {
  status: string
  console?: unknown[]
  exitCode?: number
  options?: object
  files?: object[]
  msg?: string
}

/** Answers the first frame, and each input, with the next list of frames. */
function onExecute(...answers: Frame[][]): unknown[] {
  const received: unknown[] = []
  manager.onSocket('/stream/session/id-1/execute', (socket: WebSocket) => {
    socket.on('message', (data) => {
      const isFirst = received.length === 0
      received.push(isFirst ? JSON.parse(String(data)) : String(data))
      for (const frame of answers[received.length - 1] ?? []) socket.send(JSON.stringify(frame))
    })
  })
  return received
}

const finished = (exitCode = 0, ...items: unknown[]): Frame => ({
  status: 'finished',
  exitCode,
  console: items,
})

async function run(args: string[], io: TestIo = testIo({ endpoint: manager.endpoint, cwd: directory })) {
  const code = await runCli(['run', ...args], io)
  return { code, ...io.out }
}

describe('a snippet', () => {
  test('prints what the documentation shows, the output alone on standard output', async () => {
    const received = onExecute([finished(0, ['stdout', 'hello world\n'])])
    const result = await run(['python', '--rm', '-c', 'print("hello world")', '-t', 'mine'])
    expect(result.code).toBe(0)
    expect(result.stdout).toBe('hello world\n')
    expect(result.stderr.split('\n')).toEqual([
      '∙ Session mine: requested',
      '✔ [0] Session mine is ready.',
      '✔ [0] Execution finished. (exit code = 0)',
      '✔ [0] Cleaned up the session.',
      '',
    ])
    expect(received).toEqual([{ code: 'print("hello world")', mode: 'query', options: {} }])
    expect(manager.requestsOf('DELETE /session/id-1')).toHaveLength(1)
  })

  test('ends with the exit code of the code', async () => {
    onExecute([finished(3, ['stderr', 'boom\n'])])
    const result = await run(['--rm', '-c', 'x', 'python'])
    expect(result.code).toBe(3)
    expect(result.stderr).toContain('boom\n')
    expect(result.stdout).toBe('')
    expect(manager.requestsOf('DELETE /session/id-1')).toHaveLength(1)
  })

  test('several -c are one snippet', async () => {
    const received = onExecute([finished()])
    await run(['-c', 'a = 1', '-c', 'print(a)', 'python'])
    expect(received[0]).toMatchObject({ code: 'a = 1\nprint(a)' })
    expect(manager.requestsOf('DELETE /session/id-1')).toHaveLength(0)
  })

  test('tells what the run has left in .output, and where', async () => {
    const files = [{ name: 'a.png', url: 'http://manager/session/id-1/output/t' }]
    onExecute([{ ...finished(), files }])
    expect((await run(['-c', 'x', 'python'])).stderr).toContain(`[0] Left a.png: ${files[0]?.url}\n`)
    onExecute([{ ...finished(), files }])
    const removed = (await run(['--rm', '-c', 'x', 'python'])).stderr
    expect(removed).toContain('Left a.png, which goes with the session')
    onExecute([{ ...finished(), files }])
    expect(JSON.parse((await run(['--json', '-c', 'x', 'python'])).stdout).files).toEqual(files)
  })

  test('answers input from standard input, passwords too', async () => {
    const received = onExecute(
      [{ status: 'waiting-input', options: {}, console: [['stdout', 'name? ']] }],
      [{ status: 'waiting-input', options: { is_password: true } }],
      [{ status: 'continued', console: [['stdout', 'a']] }, finished(0, ['stdout', 'b\n'])],
    )
    const io = testIo({ endpoint: manager.endpoint, input: ['Ada', 'secret'] })
    const result = await run(['-c', 'x', 'python'], io)
    expect(received.slice(1)).toEqual(['Ada', 'secret'])
    expect(result.stdout).toBe('name? ab\n')
    expect(result.code).toBe(0)
  })

  test('input that has ended interrupts the code and fails', async () => {
    onExecute([{ status: 'waiting-input', options: {} }])
    manager.on('POST /session/id-1/interrupt', () => new Response(null, { status: 204 }))
    const result = await run(['--rm', '-c', 'input()', 'python'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('standard input has ended')
    expect(manager.requestsOf('POST /session/id-1/interrupt')).toHaveLength(1)
    expect(manager.requestsOf('DELETE /session/id-1')).toHaveLength(1)
  })

  test('media are named, or saved', async () => {
    const png = ['media', ['image/png', `data:image/png;base64,${btoa('PNG!')}`]]
    onExecute([finished(0, png, ['html', '<b>x</b>'])])
    const named = await run(['-c', 'x', 'python'])
    expect(named.stderr).toContain('image/png (4 B)')
    onExecute([finished(0, png)])
    await run(['-c', 'x', '--media', join(directory, 'm'), 'python'])
    expect(readFileSync(join(directory, 'm/media-1.png'), 'utf8')).toBe('PNG!')
  })

  test('a time limit is exit code 124, an execution error 1', async () => {
    onExecute([{ status: 'exec-timeout' }])
    expect((await run(['-c', 'x', 'python'])).code).toBe(124)
    onExecute([{ status: 'error', msg: 'kernel lost' }])
    const failed = await run(['-c', 'x', 'python'])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('kernel lost')
  })

  test('with --json standard output is one document and nothing else', async () => {
    onExecute([finished(3, ['stdout', 'hello\n'])])
    const result = await run(['--json', '--rm', '-t', 'mine', '-c', 'x', 'python'])
    expect(result.code).toBe(3)
    expect(result.stderr).toBe('')
    expect(JSON.parse(result.stdout)).toEqual({
      session_id: 'id-1',
      name: 'mine',
      status: 'RUNNING',
      exit_code: 3,
      console: [['stdout', 'hello\n']],
      files: [],
      stats: { status: 'terminated', version: 2 },
      error: null,
    })
  })

  test('--quiet leaves only what the code prints', async () => {
    onExecute([finished(0, ['stdout', 'x\n'])])
    const result = await run(['-q', '--rm', '-c', 'x', 'python'])
    expect([result.stdout, result.stderr]).toEqual(['x\n', ''])
  })
})

describe('output that ends within a line', () => {
  const status = '✔ [0] Execution finished. (exit code = 0)\n'
  const code = (isShared: boolean, ...items: unknown[]) => {
    onExecute([finished(0, ...items)])
    const io = testIo({ endpoint: manager.endpoint, isShared })
    return run(['-c', 'x', 'python'], io).then((result) => ({ ...result, seen: io.seen }))
  }

  test('does not share it with a status that is seen in the same place', async () => {
    const result = await code(true, ['stdout', '1'])
    expect(result.seen).toEndWith(`1\n${status}`)
    expect(result.stdout).toBe('1')
  })

  test('stays as it is in a file of its own', async () => {
    const result = await code(false, ['stdout', '1'])
    expect([result.stdout, result.stderr.endsWith(`ready.\n${status}`)]).toEqual(['1', true])
  })

  test('ends its line of standard error anywhere', async () => {
    expect((await code(false, ['stderr', 'oops'])).stderr).toEndWith(`oops\n${status}`)
  })

  test('and output that ends with its line gets no second one', async () => {
    expect((await code(true, ['stderr', 'a'], ['stdout', 'b\n'])).seen).toEndWith(`ready.\nab\n${status}`)
  })

  test('is a prompt that nobody answers', async () => {
    onExecute([{ status: 'waiting-input', options: {}, console: [['stdout', 'name? ']] }])
    manager.on('POST /session/id-1/interrupt', () => new Response(null, { status: 204 }))
    const io = testIo({ endpoint: manager.endpoint, isShared: true })
    await run(['-c', 'input("name? ")', 'python'], io)
    expect(io.seen).toContain('name? \n✘ The code asks for input')
  })
})

describe('the session', () => {
  test('has what the options say', async () => {
    onExecute([finished()])
    writeFileSync(join(directory, 'boot.sh'), 'echo hi\n')
    const args = '-c x -t mine -r cpu=2 -r mem=256 -e A=b=c -m data -m m2=/srv --resource-opts shmem=64m'
    const more =
      '--bootstrap-script boot.sh --cluster-size 2 --callback-url http://c -g proj -d dom --no-reuse'
    const rest = '--max-wait 5m --tag t --scaling-group gpu --preopen 8888,9999'
    await run(['python', ...`${args} ${more} ${rest}`.split(' ')])
    expect(manager.requestsOf('POST /session')[0]?.json()).toMatchObject({
      image: 'python',
      name: 'mine',
      bootstrap_script: 'echo hi\n',
      clusterSize: 2,
      callback_url: 'http://c',
      group: 'proj',
      domain: 'dom',
      reuseIfExists: false,
      maxWaitSeconds: 300,
      tag: 't',
      config: {
        resources: { cpu: '2', mem: '256m' },
        environ: { A: 'b=c' },
        mounts: ['data', 'm2'],
        mount_map: { m2: '/srv' },
        resource_opts: { shmem: '64m' },
        scalingGroup: 'gpu',
        preopen_ports: [8888, 9999],
      },
    })
  })

  test('its phases are shown from the event stream while the request waits', async () => {
    const event = (name: string): string => `event: ${name}\ndata: {"reason":"","sessionName":"mine"}\n\n`
    const { promise: shown, resolve } = Promise.withResolvers<void>()
    manager.on('GET /events/session', () =>
      eventStream([event('session_enqueued'), event('kernel_pulling'), event('session_started')], 'stay'),
    )
    manager.on('POST /session', async () => {
      await shown
      return json({ sessionId: 'id-1', status: 'RUNNING' })
    })
    onExecute([finished()])
    const io = testIo({
      endpoint: manager.endpoint,
      onWrite: ({ out }) => out.stderr.includes('pulling') && resolve(),
    })
    const result = await run(['-c', 'x', '-t', 'mine', 'python'], io)
    expect(result.stderr).toContain(
      '∙ Session mine: pending\n∙ Session mine: pulling the image\n✔ [0] Session mine is ready',
    )
    expect(manager.requestsOf('GET /events/session')[0]?.query.get('sessionName')).toBe('mine')
  })

  const waiting = (msg: string): Response =>
    json({ status: 'PENDING', statusData: { scheduler: { msg, retries: 1 } } })

  test('that stays in the queue says why, again when the reason changes', async () => {
    const reasons = ['No agent has 1 cpu free.', 'No agent has 1 cpu free.', 'No agent has 2 GiB free.']
    let looks = 0
    const { promise: shown, resolve } = Promise.withResolvers<void>()
    manager.on('GET /session/mine', () => waiting(reasons[looks++] ?? reasons[2] ?? ''))
    manager.on('POST /session', async () => {
      await shown
      return json({ sessionId: 'id-1', status: 'RUNNING' })
    })
    onExecute([finished()])
    const onWrite = ({ out }: TestIo) => out.stderr.includes('2 GiB') && resolve()
    const io = testIo({ endpoint: manager.endpoint, onWrite })
    const result = await run(['-c', 'x', '-t', 'mine', 'python'], io)
    expect(result.stderr).toStartWith(`∙ Session mine: requested
∙ Session mine waits: No agent has 1 cpu free.
  Ctrl-C leaves it queued; "backend.ai rm mine" cancels it.
∙ Session mine waits: No agent has 2 GiB free.
✔ [0] Session mine is ready.
`)
    expect(looks).toBeGreaterThanOrEqual(3)
  })

  test('a spinner makes place for the reason', async () => {
    const { promise: shown, resolve } = Promise.withResolvers<void>()
    manager.on('GET /session/mine', () => waiting('No agent has 1 cpu free.'))
    manager.on('POST /session', async () => {
      await shown
      return json({ sessionId: 'id-1', status: 'RUNNING' })
    })
    onExecute([finished()])
    const onWrite = ({ out }: TestIo) => out.stderr.includes('waits') && resolve()
    const io = testIo({ endpoint: manager.endpoint, isTTY: true, env: { NO_COLOR: '1' }, onWrite })
    await run(['-c', 'x', '-t', 'mine', 'python'], io)
    expect(io.seen).toContain('\r\u001B[K∙ Session mine waits: No agent has 1 cpu free.\n  Ctrl-C leaves')
    expect(io.seen).toContain('cancels it.\n\r\u001B[K')
    expect(io.seen).toContain('\r\u001B[K✔ [0] Session mine is ready.\n')
  })

  test('--enqueue-only runs nothing', async () => {
    manager.on('POST /session', () => json({ sessionId: 'id-1', status: 'PENDING' }))
    const result = await run(['--enqueue-only', '-c', 'x', 'python'])
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('is enqueued')
    expect(manager.requestsOf('POST /session')[0]?.json().enqueueOnly).toBe(true)
    expect(manager.requestsOf('GET /stream/session/*/execute')).toHaveLength(0)
  })

  test('that does not start in time is exit code 4 and stays', async () => {
    manager.on('POST /session', () => json({ sessionId: 'id-1', status: 'TIMEOUT' }))
    const result = await run(['--rm', '--max-wait', '1', '-c', 'x', 'python'])
    expect(result.code).toBe(4)
    expect(manager.requestsOf('DELETE /session/*')).toHaveLength(0)
  })

  test('that the server refuses is exit code 1 with its reason and the fields', async () => {
    manager.on('POST /session', () =>
      problem(400, 'invalid-api-params', 'Missing or invalid API parameters.', {
        msg: 'Input validation error',
        data: { clusterSize: 'too big' },
      }),
    )
    const result = await run(['-c', 'x', 'python'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('Input validation error')
    expect(result.stderr).toContain('clusterSize: too big')
  })
})

describe('files', () => {
  test('are uploaded and run by the given command', async () => {
    writeFileSync(join(directory, 'main.py'), 'print(1)')
    manager.on('POST /session/id-1/upload', () => new Response(null, { status: 204 }))
    const received = onExecute([{ status: 'build-finished', exitCode: 0 }, finished()])
    const result = await run(['--exec', 'python main.py 1', 'python', 'main.py'])
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('Uploaded 1 file.')
    expect(new TextDecoder().decode(manager.requestsOf('POST /session/id-1/upload')[0]?.body)).toContain(
      'filename="main.py"',
    )
    const options = { clean: '*', build: '*', buildLog: false, exec: 'python main.py 1' }
    expect(received[0]).toEqual({ code: '', mode: 'batch', options })
  })

  test.each([
    [['python', 'missing.py'], 'missing.py does not exist'],
    [['python', '../x.py'], '../x.py is outside of'],
    [['python', 'sub'], 'sub is no file'],
    [['python', 'big.bin'], 'at most 1 MiB'],
    [['python'], 'There is nothing to run'],
    [['-c', 'x', 'python', 'main.py'], '-c runs a snippet'],
    [['--terminal', '-c', 'x', 'python'], '--terminal opens a shell'],
    [['-c', 'x', '-t', 'a', 'python'], 'cannot be a session'],
    [['-c', 'x', '-e', 'novalue', 'python'], 'expected KEY=VALUE'],
    [['-c', 'x', '--env-range', 'X=1', 'python'], 'expected VARIABLE=KIND:VALUES'],
    [['-c', 'x', '--bootstrap-script', 'nope', 'python'], '--bootstrap-script'],
  ])('%j is wrong usage and asks nothing of the server', async (args, message) => {
    writeFileSync(join(directory, 'big.bin'), new Uint8Array(1024 * 1024 + 1))
    await Bun.write(join(directory, 'sub/x'), '')
    const result = await run(args)
    expect(result.code).toBe(2)
    expect(result.stderr).toContain(message)
    expect(manager.requests).toHaveLength(0)
  })
})

describe('ranges', () => {
  test('run one session for every combination, with prefixes', async () => {
    const seen: Record<string, unknown>[] = []
    manager.on('POST /session', (request) => {
      seen.push(request.json())
      return json({ sessionId: `id-${seen.length}`, status: 'RUNNING' })
    })
    manager.onSocket('/stream/session/*/execute', (socket, { path }) => {
      const id = path.split('/')[3]
      const frames = [
        { status: 'continued', console: [['stdout', `out of ${id}\nhalf`]] },
        finished(id === 'id-2' ? 5 : 0, ['stdout', ' line']),
      ]
      for (const frame of frames) socket.send(JSON.stringify(frame))
    })
    const args = [
      '--rm',
      '-t',
      'many',
      '-c',
      'x',
      '-e',
      'CASENO=$X',
      '--env-range=X=case:1,2',
      '--max-parallel',
      '1',
    ]
    const result = await run([...args, 'python'])
    expect(result.code).toBe(5)
    expect(seen.map(({ name, config }) => [name, (config as { environ: object }).environ])).toEqual([
      ['many-0', { CASENO: '1' }],
      ['many-1', { CASENO: '2' }],
    ])
    expect(result.stdout).toBe('[0] out of id-1\n[0] half line\n[1] out of id-2\n[1] half line\n')
    expect(manager.requestsOf('DELETE /session/*')).toHaveLength(2)
  })
})

describe('Ctrl-C', () => {
  test('interrupts the code, shows its last words and cleans up', async () => {
    manager.on('POST /session/id-1/interrupt', () => {
      for (const socket of sockets)
        socket.send(JSON.stringify(finished(1, ['stderr', 'KeyboardInterrupt\n'])))
      return new Response(null, { status: 204 })
    })
    const sockets: WebSocket[] = []
    const io = testIo({ endpoint: manager.endpoint })
    manager.onSocket('/stream/session/id-1/execute', (socket) => {
      sockets.push(socket)
      io.interrupt()
    })
    const result = await run(['--rm', '-c', 'while True: pass', 'python'], io)
    expect(result.code).toBe(130)
    expect(result.stderr).toContain('KeyboardInterrupt')
    expect(manager.requestsOf('DELETE /session/id-1')).toHaveLength(1)
  })

  test('while the session starts: the request is given up and the session removed', async () => {
    const io = testIo({ endpoint: manager.endpoint })
    manager.on('POST /session', () => {
      io.interrupt()
      return new Promise<Response>(() => {})
    })
    const result = await run(['--rm', '-t', 'mine', '-c', 'x', 'python'], io)
    expect(result.code).toBe(130)
    expect(manager.requestsOf('DELETE /session/mine')).toHaveLength(1)
  })

  test('while it waits in the queue: what --rm has made is cancelled, also at the brink of running', async () => {
    const io = testIo({
      endpoint: manager.endpoint,
      onWrite: ({ out, interrupt }) => out.stderr.includes('Ctrl-C cancels it.') && interrupt(),
    })
    manager.on('POST /session', () => new Promise<Response>(() => {}))
    const scheduler = { msg: 'No agent has 1 cpu free.' }
    manager.on('GET /session/mine', () =>
      json({ status: io.out.stderr.includes('starting') ? 'RUNNING' : 'PENDING', statusData: { scheduler } }),
    )
    const result = await run(['--rm', '-t', 'mine', '-c', 'x', 'python'], io)
    expect(result.code).toBe(130)
    expect(result.stderr).toContain('∙ Session mine waits: No agent has 1 cpu free.\n  Ctrl-C cancels it.\n')
    expect(result.stderr).toEndWith('✔ [0] Cleaned up the session.\n')
    expect(manager.requestsOf('DELETE /session/mine')).toHaveLength(1)
  })

  test('without --rm the session is left and named', async () => {
    const io = testIo({ endpoint: manager.endpoint })
    manager.on('POST /session', () => {
      io.interrupt()
      return new Promise<Response>(() => {})
    })
    const result = await run(['-t', 'mine', '-c', 'x', 'python'], io)
    expect(result.code).toBe(130)
    expect(result.stderr).toContain('"backend.ai rm mine" ends it')
    expect(manager.requestsOf('DELETE /session/*')).toHaveLength(0)
  })
})

test('nobody answers: exit code 3, the endpoint and what to do', async () => {
  const io = testIo({ endpoint: 'http://127.0.0.1:1' })
  const result = await run(['-c', 'x', 'python'], io)
  expect(result.code).toBe(3)
  expect(result.stderr).toContain('Cannot reach http://127.0.0.1:1: connection refused')
  expect(result.stderr).toContain('backendai up')
})
