import Docker from 'dockerode'
import { engineAddress } from '../harness/engine-address.ts'
import { createLeakCounter } from '../harness/leaks.ts'
import type { ShapeRole } from '../harness/shape/role-process.ts'
import { type BackendName, type Shape, type ShapeName, startShape } from '../harness/shapes.ts'
import { type Chance, chanceOf } from './chance.ts'
import { killOnce, type Scene, type Witness } from './kill.ts'
import { type Phase, sightOf } from './phase.ts'
import { createTally, type Tally } from './tally.ts'
import { createUser, createWebUser } from './user.ts'

export interface SoakOptions {
  shape: ShapeName
  backend: BackendName
  roles: readonly ShapeRole[]
  phases: readonly Phase[]
  /** Kills of each role in each phase. */
  each: number
  seed: number
  /** No further kill begins after this long. */
  limitMs: number
  log: (line: string) => void
}

/** `up` is one process: whichever role is killed, all are. */
export const UP_ROLES: readonly ShapeRole[] = ['manager']
/** Those that take part in sessions: the watcher only looks after the agent's service, which tests do not have. */
export const CLUSTER_ROLES: readonly ShapeRole[] = [
  'manager',
  'agent',
  'storage-proxy',
  'webserver',
  'app-proxy',
]

/** A phase of a millisecond is not hit by every shot: so many further shots per pair and wanted hit. */
const FURTHER_SHOTS = 3
/** A kill and all that is looked at afterwards usually take a second. */
const SLOW_MS = 5000
/** Some kills after which sessions do not go on are enough to tell. */
const MOST_FAULTS = 6

/** Kills roles of a running product again and again, and counts from outside what that does to sessions. */
export async function soak(options: SoakOptions): Promise<Tally> {
  const { log, limitMs } = options
  const deadline = performance.now() + limitMs
  const chance = chanceOf(options.seed)
  const tally = createTally()
  log(`${options.shape} on ${options.backend}, seed ${options.seed}`)
  await using shape = await startShape(options.shape, { backend: options.backend })
  await using counter = createLeakCounter(shape)
  const scene = await sceneOf(shape, counter, chance)
  try {
    await shoot(scene, options, tally, deadline)
  } catch (error) {
    log(shape.logs().slice(-20_000))
    throw error
  } finally {
    await scene.user.end(scene.witness.name).catch(() => undefined)
  }
  const leaks = await counter.settle()
  if (leaks.length > 0) log(`left at the end: ${JSON.stringify(leaks)}`)
  if (tally.faults.length > 0) log(shape.logs().slice(-20_000))
  log(tally.table())
  log(tally.summary())
  return tally
}

async function sceneOf(shape: Shape, counter: Scene['counter'], chance: Chance): Promise<Scene> {
  const user = createUser(shape)
  const engine = shape.dockerHost === null ? null : engineOf(shape.dockerHost)
  const outside = { store: counter.store, files: counter.files, engine }
  const witness: Witness = { name: 'witness', kernelId: '', secret: String(chance.next()) }
  await user.start(witness.name, 'witness-token')
  await user.run(witness.name, `secret = ${JSON.stringify(witness.secret)}`)
  const { session } = await sightOf(outside, witness.name)
  if (!session) throw new Error('the first session is not in the store')
  witness.kernelId = session.kernelId
  const webUser = await createWebUser(shape)
  return { shape, user, webUser, counter, outside, witness, chance, lasting: new Map() }
}

async function shoot(scene: Scene, options: SoakOptions, tally: Tally, deadline: number): Promise<void> {
  const { roles, each, log } = options
  const pairs = roles.flatMap((role) => options.phases.map((phase) => ({ role, phase })))
  const shots = pairs.flatMap((pair) => Array.from({ length: each }, () => pair))
  const further = new Map(pairs.map((pair) => [pair, each * FURTHER_SHOTS]))
  let queue = scene.chance.shuffled(shots)
  let index = 0
  while (queue.length > 0) {
    for (const { role, phase } of queue) {
      if (tally.hits(role, phase) >= each) continue
      if (performance.now() > deadline) {
        log(`the time is over after ${tally.kills} kills`)
        return
      }
      index += 1
      const startedAt = performance.now()
      const outcome = await killOnce(scene, role, phase, index)
      const took = performance.now() - startedAt
      if (took > SLOW_MS) log(`${index} ${role} killed in ${outcome.hit}: took ${Math.round(took)} ms`)
      const before = tally.faults.length
      tally.add(outcome)
      for (const fault of tally.faults.slice(before)) log(`${index} ${fault}`)
      if (tally.faults.length >= MOST_FAULTS) return
    }
    const missing = pairs.filter((pair) => {
      const left = further.get(pair) ?? 0
      if (left === 0 || tally.hits(pair.role, pair.phase) >= each) return false
      further.set(pair, left - 1)
      return true
    })
    queue = scene.chance.shuffled(missing)
  }
}

function engineOf(host: string): Docker {
  const { socketPath, url } = engineAddress(host)
  if (socketPath !== null) return new Docker({ socketPath })
  return new Docker({ host: new URL(url).hostname, port: new URL(url).port })
}
