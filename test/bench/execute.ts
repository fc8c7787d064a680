/** `print(1)` through client, manager, agent and runner, against a Jupyter kernel; `up` first, then the cluster. */
import { requireDocker } from '../harness/docker.ts'
import { type ShapeName, startShape } from '../harness/shapes.ts'
import { type BenchContext, type Benchmark, need } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'
import { type Jupyter, startJupyter } from './kit/jupyter.ts'
import { clientOf, printOne, runningSession } from './kit/shape-client.ts'

const RUNS_A_ROUND = 20
/** 400 calls of each contender, after which the compilers of both sides have settled. */
const WARM_UPS = 20

export const execute: Benchmark = async (context) => {
  await using jupyter = await need('jupyter_client and ipykernel', startJupyter)
  await measure(context, 'execute', 'up', jupyter)
  await measure(context, 'execute-cluster', 'cluster', jupyter)
}

async function measure(
  { isShort, repeats, print }: BenchContext,
  name: string,
  shapeName: ShapeName,
  jupyter: Jupyter,
): Promise<void> {
  await using engine = await need('container engine', requireDocker)
  await using shape = await startShape(shapeName, { backend: 'docker' })
  const client = clientOf(shape)
  const session = await runningSession(client)
  const timed = async (work: () => Promise<unknown>): Promise<number[]> => {
    const samples: number[] = []
    for (let run = 0; run < RUNS_A_ROUND; run++) {
      const startedAt = performance.now()
      await work()
      samples.push(performance.now() - startedAt)
    }
    return samples
  }
  const line = await hold(
    {
      name,
      unit: 'ms',
      rounds: isShort ? 5 : 25,
      warmUps: WARM_UPS,
      ours: () => timed(() => printOne(client, session)),
      peer: () => jupyter.printOne(RUNS_A_ROUND),
      // A signed request that does nothing: the way to the manager and back.
      floor: () =>
        timed(() => client.connection.json({ method: 'GET', path: ['auth'], query: { echo: 'x' } })),
      fields: () => ({ engine: engine.host.startsWith('unix:') ? 'local' : 'remote' }),
    },
    repeats,
  )
  await client.sessions.destroy(session)
  print(line)
}
