/** Signed GET /session/:id per second of the server's processor time, against a signed route that does nothing. */
import { Database } from 'bun:sqlite'
import { startShape } from '../harness/shapes.ts'
import type { Benchmark } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'
import { cpuSeconds } from './kit/cpu-seconds.ts'
import { clientOf, runningSession } from './kit/shape-client.ts'
import { load, signedGet } from './kit/signed-load.ts'

const WINDOW_MS = 2000

export const api: Benchmark = async ({ isShort, repeats, print }) => {
  await using shape = await startShape('up', { backend: 'process' })
  liftRateLimit(shape.store)
  const client = clientOf(shape)
  const session = await runningSession(client)
  const perCpuSecond = async (target: string, isRight: (body: string) => boolean): Promise<number[]> => {
    const request = signedGet(shape, target)
    const before = cpuSeconds(shape.pids.manager)
    const answers = await load(shape.endpoint, request, WINDOW_MS, isRight)
    return [answers / (cpuSeconds(shape.pids.manager) - before)]
  }
  const line = await hold(
    {
      name: 'api',
      unit: 'requests/cpu-s',
      rounds: isShort ? 5 : 9,
      warmUps: 1,
      ours: () => perCpuSecond(`/session/${session}`, (body) => body.includes('"status":"RUNNING"')),
      peer: () => perCpuSecond('/auth?echo=x', (body) => body === '{"authorized":"yes","echo":"x"}'),
    },
    repeats,
  )
  await client.sessions.destroy(session)
  print(line)
}

/** Before the first signed request, since the manager remembers limits for a while. */
function liftRateLimit(store: string): void {
  const database = new Database(store)
  database.run('PRAGMA busy_timeout = 5000')
  database.run('update keypairs set rate_limit = 1000000000')
  database.close()
}
