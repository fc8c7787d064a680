/** Runs the shared engine for as long as test processes use it, whatever way they end. Started by docker.ts. */
import { appendFileSync, rmSync } from 'node:fs'
import Docker from 'dockerode'
import { hasUsers, place } from './docker-place.ts'
import { answersPing } from './engine-address.ts'
import { exclusively } from './exclusively.ts'
import { startServerProcess, untilReady } from './server-process.ts'

const LINGER_MS = 2000

rmSync(`${place.run}/pid`, { force: true })
const engine = startServerProcess({
  command: [
    'dockerd',
    ...['--data-root', place.data, '--exec-root', `${place.run}/exec`, '--pidfile', `${place.run}/pid`],
    ...['--host', place.address.host, '--shutdown-timeout', '1'],
  ],
  stopSignal: 'TERM',
  graceMs: 30_000,
})
await untilReady(engine, 'dockerd', () => answersPing(place.address), 60_000).catch((error: unknown) => {
  appendFileSync(place.log, `${error}\n`)
  process.exit(1)
})
await removeLeftovers()

let idleSince: number | null = null
for (;;) {
  await Bun.sleep(500)
  if (hasUsers()) {
    idleSince = null
    continue
  }
  idleSince ??= performance.now()
  if (performance.now() - idleSince < LINGER_MS) continue
  const stopped = await exclusively(place.lock, async () => {
    if (hasUsers()) return false
    await removeLeftovers()
    await engine[Symbol.asyncDispose]()
    return true
  })
  if (stopped) process.exit(0)
}

/** The engine serves tests alone, so whatever runs in it while nobody uses it is a leftover. */
async function removeLeftovers(): Promise<void> {
  const docker = new Docker({ socketPath: place.address.socketPath ?? '' })
  const containers = await docker.listContainers({ all: true })
  for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true, v: true })
  await docker.pruneNetworks()
}
