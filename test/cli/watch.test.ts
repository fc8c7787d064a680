import { afterEach, beforeEach, expect, test } from 'bun:test'
import { runCli } from '../../src/cli/program.ts'
import { eventStream, json, type ScriptedManager, startScriptedManager } from '../client/scripted-manager.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

let manager: ScriptedManager

beforeEach(async () => {
  manager = await startScriptedManager()
  manager.on('GET /session/mine', () => json({ status: 'RUNNING' }))
  manager.on('DELETE /session/s1', () => json({ stats: {} }))
})
afterEach(() => manager[Symbol.asyncDispose]())

async function cli(args: string[], options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, ...options })
  return { code: await runCli(args, io), ...io.out }
}

const ended = (): Response =>
  eventStream([
    'event: kernel_terminated\ndata: {"reason":"","sessionName":"mine","exitCode":0}\n\n',
    'event: session_failure\ndata: {"reason":"","sessionName":"mine","exitCode":7}\n\n',
  ])

test('--scope shows some events, and the end counts all the same', async () => {
  manager.on('GET /events/session', ended)
  const result = await cli(['watch', 'mine', '--scope', 'session', '--json'])
  expect(result.code).toBe(7)
  expect(
    result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event),
  ).toEqual(['session_failure'])
})

test('--max-wait gives up with 124', async () => {
  manager.on('GET /events/session', () => eventStream([], 'stay'))
  const result = await cli(['session', 'watch', '--max-wait', '5', 'mine'])
  expect([result.code, result.stderr]).toEqual([124, expect.stringContaining('has not ended in 5 s')])
})

test('without a name: the only living session, or the one that is chosen', async () => {
  manager.on('GET /events/session', ended)
  let names = ['mine']
  manager.on('POST /admin/gql', () => {
    const items = names.map((name) => ({ name, status: 'RUNNING' }))
    return json({ data: { compute_session_list: { items, total_count: items.length } } })
  })
  expect((await cli(['watch'])).code).toBe(7)
  names = ['other', 'mine']
  expect((await cli(['watch'])).code).toBe(2)
  expect((await cli(['watch'], { isInputTTY: true, input: ['2'] })).code).toBe(7)
  expect((await cli(['watch'], { isInputTTY: true, input: ['9'] })).code).toBe(2)
})

test('run --terminal opens a shell in a new session, which --rm ends', async () => {
  manager.on('POST /session', () => json({ sessionId: 's1', status: 'RUNNING' }, 201))
  manager.on('GET /events/session', () => eventStream(['event: server_close\ndata: {}\n\n']))
  manager.onSocket('/stream/session/s1/pty', (socket) => {
    socket.send(JSON.stringify({ type: 'out', data: btoa('prompt$ ') }))
    socket.close(1000)
  })
  const result = await cli(['run', '--rm', '--terminal', '-t', 'mine', 'python'])
  expect([result.code, result.stdout]).toEqual([0, 'prompt$ '])
  expect(manager.requestsOf('DELETE /session/s1')).toHaveLength(1)
  expect((await cli(['run', '--terminal', '-c', 'print(1)', 'python'])).code).toBe(2)
})
