/** Signed POST /session until `print(1)` is answered, against the engine's create and start of a bare Python prompt. */
import type Docker from 'dockerode'
import type { Benchmark } from './kit/benchmark.ts'
import { hold } from './kit/contest.ts'
import { removeContainer, startSessionPlace } from './kit/session-place.ts'
import { PRINT_ONE, printOne, runningSession } from './kit/shape-client.ts'

export const firstResult: Benchmark = async ({ isShort, repeats, print }) => {
  await using place = await startSessionPlace()
  const { client, docker } = place
  const line = await hold(
    {
      name: 'first-result',
      unit: 'ms',
      rounds: isShort ? 5 : 20,
      warmUps: isShort ? 1 : 2,
      async ours() {
        const startedAt = performance.now()
        const session = await runningSession(client)
        await printOne(client, session)
        const took = performance.now() - startedAt
        await place.end(session)
        return [took]
      },
      async peer() {
        const settings = { ...place.containerLike(['/usr/bin/python3', '-q', '-u', '-i']), Tty: false }
        const startedAt = performance.now()
        const container = await docker.createContainer({ ...settings, AttachStdin: true, StdinOnce: true })
        const output = await promptOutput(container, '1\n')
        const took = performance.now() - startedAt
        await removeContainer(container)
        if (output !== '1\n') throw new Error(`the bare prompt printed ${JSON.stringify(output)}`)
        return [took]
      },
    },
    repeats,
  )
  print(line)
}

const HEADER_BYTES = 8
const STDOUT = 1
const LIMIT_MS = 20_000

/** Starts the container, types `print(1)` and gives its standard output up to and including `expected`. */
async function promptOutput(container: Docker.Container, expected: string): Promise<string> {
  const stream = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  })
  await container.start()
  return new Promise((resolve, reject) => {
    let waiting = Buffer.alloc(0)
    let output = ''
    stream.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= HEADER_BYTES) {
        const end = HEADER_BYTES + waiting.readUInt32BE(4)
        if (waiting.length < end) break
        if (waiting[0] === STDOUT) output += waiting.toString('utf8', HEADER_BYTES, end)
        waiting = waiting.subarray(end)
      }
      if (!output.includes(expected)) return
      clearTimeout(limit)
      resolve(output)
    })
    const limit = setTimeout(
      () => reject(new Error(`the prompt printed only ${JSON.stringify(output)}`)),
      LIMIT_MS,
    )
    stream.on('error', reject)
    stream.on('end', () => reject(new Error(`the prompt ended after ${JSON.stringify(output)}`)))
    stream.write(`${PRINT_ONE}\n`)
  })
}
