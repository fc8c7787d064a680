/** Signed POST /session until RUNNING, against the engine's create and start of a container with the same settings. */
import type { Benchmark } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'
import { removeContainer, startSessionPlace } from './kit/session-place.ts'
import { runningSession } from './kit/shape-client.ts'

export const sessionStart: Benchmark = async ({ isShort, repeats, print }) => {
  await using place = await startSessionPlace()
  const { client, docker } = place
  const line = await hold(
    {
      name: 'session-start',
      unit: 'ms',
      rounds: isShort ? 5 : 20,
      warmUps: isShort ? 1 : 2,
      async ours() {
        const startedAt = performance.now()
        const session = await runningSession(client)
        const took = performance.now() - startedAt
        await place.end(session)
        return [took]
      },
      async peer() {
        const settings = place.containerLike(['/bin/sleep', 'infinity'])
        const startedAt = performance.now()
        const container = await docker.createContainer(settings)
        await container.start()
        const took = performance.now() - startedAt
        const { State } = await container.inspect()
        await removeContainer(container)
        if (!State.Running) throw new Error(`the peer's container is ${State.Status}`)
        return [took]
      },
    },
    repeats,
  )
  print(line)
}
