/** The official SDK in Python, synchronous and asynchronous, against the product in both shapes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type BackendName, type Shape, type ShapeName, startShape } from '../harness/shapes.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { type OfficialClient, officialClient } from './official-client.ts'

const SHAPES: [ShapeName, BackendName][] = [
  ['up', 'docker'],
  ['cluster', 'process'],
]
/** Room for a build and an image. */
const START_MS = 240_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface Run {
  statuses: string[]
  stdout: string
  stderr: string
  kinds: string[]
  exitCode: number | null
}

interface SessionLife {
  created: { id: string; created: boolean; status: string; services: string[] }
  reused: { id: string; created: boolean }
  refused: { status: number; type: string }
  query: Run
  state: Run
  input: Run
  raised: Run
  long: Run
  batch: Run
  complete: { result: string[] }
  interrupted: { statuses: string[]; stderr: string; seconds: number }
  afterInterrupt: Run
  info: Record<string, unknown>
  logs: { result: { logs: string } }
  history: { result: Record<string, string> }
  destroyed: { stats: Record<string, unknown> }
  gone: { status: number; type: string }
}

interface Streams {
  created: { id: string; status: string }
  query: Run
  input: Run
  long: Run
  batch: Run
  terminal: string
  events: { event: string; data: Record<string, unknown> }[]
}

describe.each(SHAPES)('%s with %s', (name, backend) => {
  let shape: Shape
  let home: TempDirectory
  let client: OfficialClient

  beforeAll(async () => {
    home = tempDirectory('sdk')
    shape = await startShape(name, { backend })
    client = officialClient(shape, home.at('user'), 'api')
  }, START_MS)

  afterAll(async () => {
    await shape[Symbol.asyncDispose]()
    home[Symbol.dispose]()
  }, START_MS)

  test('a session’s life, synchronously', async () => {
    const seen = (await client.sdk('session_life.py', ['sdk-life'])) as SessionLife
    expect(seen.created).toMatchObject({ created: true, status: 'RUNNING' })
    expect(seen.created.id).toMatch(UUID)
    expect(seen.reused).toEqual({ id: seen.created.id, created: false })
    expect(seen.refused).toEqual({
      status: 400,
      type: 'https://api.backend.ai/probs/session-already-exists',
    })

    expect(seen.query).toMatchObject({ stdout: '42\n', stderr: '', exitCode: 0, kinds: ['stdout'] })
    expect(seen.query.statuses.at(-1)).toBe('finished')
    expect(seen.state.stdout).toBe('43\n')
    expect(seen.input.stdout).toContain('ay bee\n')
    expect(seen.input.statuses.filter((status) => status === 'waiting-input')).toHaveLength(2)
    expect(seen.raised.stderr).toContain('ValueError: on purpose')
    expect(seen.long.stdout).toBe('tick 0\ntick 1\ntick 2\n')
    expect(seen.long.statuses).toContain('continued')
    expect(seen.batch.statuses.filter((status) => status !== 'continued')).toEqual([
      ...['clean-finished', 'build-finished', 'finished'],
    ])
    expect(seen.batch.stdout).toBe('cleaned\nbuilt\nexecuted\n')
    expect(seen.batch.exitCode).toBe(5)
    expect(seen.complete.result).toContain('sys.exc_info()')

    expect(seen.interrupted.stderr).toContain('KeyboardInterrupt')
    expect(seen.interrupted.seconds).toBeLessThan(50)
    expect(seen.afterInterrupt.stdout).toBe('42\n')

    expect(seen.info).toMatchObject({
      domainName: 'default',
      tag: 'compat',
      status: 'RUNNING',
      age: expect.any(Number),
      numQueriesExecuted: expect.any(Number),
    })
    expect(seen.logs.result.logs).toEqual(expect.any(String))
    expect(seen.history.result).toMatchObject({ preparing: expect.any(String), running: expect.any(String) })
    expect(seen.destroyed.stats).toMatchObject({ status: 'terminated' })
    expect(seen.gone).toEqual({ status: 404, type: 'https://api.backend.ai/probs/object-not-found' })
  })

  test('streams and events, asynchronously', async () => {
    const seen = (await client.sdk('streams.py', ['sdk-streams'])) as Streams
    expect(seen.created.status).toBe('RUNNING')
    expect(seen.query).toMatchObject({ stdout: 'streamed 5\n' })
    expect(seen.input.stdout).toContain('hello world\n')
    expect(seen.input.statuses).toContain('waiting-input')
    expect(seen.long.stdout).toBe('0\n1\n2\n')
    expect(seen.batch).toMatchObject({ stdout: 'one\n', exitCode: 3 })
    expect(seen.terminal).toContain('pty-42')
    const names = seen.events.map(({ event }) => event)
    expect(names.filter((event) => event.startsWith('session_'))).toEqual([
      ...['session_terminating', 'session_terminated'],
    ])
    expect(names).toContain('kernel_terminated')
    for (const { data } of seen.events) {
      expect(data).toMatchObject({
        sessionId: seen.created.id,
        sessionName: 'sdk-streams',
        ownerAccessKey: shape.accessKey,
        reason: 'user-requested',
      })
    }
  })
})
