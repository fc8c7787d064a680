import { type AgentFiles, devicesOf, noteOf } from '../harness/agent-files.ts'
import type { Leak, LeakCounter } from '../harness/leaks.ts'
import type { ShapeRole } from '../harness/shape/role-process.ts'
import type { Shape } from '../harness/shapes.ts'
import type { Chance } from './chance.ts'
import {
  isEnding,
  isPast,
  type Moment,
  type Outside,
  type Phase,
  RESTARTING,
  type Sight,
  sightOf,
} from './phase.ts'
import type { User } from './user.ts'

/** What came of one kill. */
export interface Outcome {
  role: ShapeRole
  /** 2 when the new process was killed while it started, too. */
  kills: number
  wanted: Phase
  /** Where the session was when the signal was sent. */
  hit: Moment
  /** From the restart until the session was where it belongs, ms. */
  recoveryMs: number
  /** Why the session did not get there by itself. */
  stuck: string | null
  /** A session that was given up, or lost what it knew. */
  lost: string | null
  /** Devices or ports that two kernels have, or a session that exists twice. */
  doubled: string[]
  leaks: Leak[]
}

/** A session that lives through all kills. */
export interface Witness {
  name: string
  kernelId: string
  secret: string
}

export interface Scene {
  shape: Shape
  user: User
  /** Speaks through the webserver. */
  webUser: User
  counter: LeakCounter
  outside: Outside
  witness: Witness
  chance: Chance
  /** How long sessions were seen in each phase, ms. */
  lasting: Map<Phase, number[]>
}

/** This part of the new processes is killed once more within so many milliseconds. */
const STUMBLES = 0.3
const STUMBLE_MS = 600
const SETTLE_MS = 30_000
const WATCH_MS = 10_000

/** One session, one kill in the wanted phase (or as near as it gets), and everything that must hold afterwards. */
export async function killOnce(
  scene: Scene,
  role: ShapeRole,
  wanted: Phase,
  index: number,
): Promise<Outcome> {
  const { shape, counter, witness } = scene
  const user = role === 'webserver' ? scene.webUser : scene.user
  const name = `kill-${index}`
  const token = `${name}-${process.pid}`
  const secret = `${index}-${Math.floor(scene.chance.next() * 1e9)}`
  const mark = `86400.${process.pid}${String(index).padStart(5, '0')}`
  const outcome: Outcome = {
    ...{
      role,
      kills: 1,
      wanted,
      hit: 'absent',
      recoveryMs: 0,
      stuck: null,
      lost: null,
      doubled: [],
      leaks: [],
    },
  }
  const isStarted = wanted === 'running' || wanted === RESTARTING || isEnding(wanted)
  if (isStarted) {
    await user.start(name, token)
    await user.run(name, rememberCode(secret, mark))
  }
  const abort = new AbortController()
  const request = requestOf(user, wanted, name, token, abort.signal)
  const hit = await momentToKill(scene, wanted, name)
  await shape.kill(role)
  outcome.hit = hit.moment
  if (scene.chance.next() < STUMBLES) {
    await shape.stumble(role, scene.chance.next() * STUMBLE_MS)
    outcome.kills += 1
  }
  await shape.restart(role)
  const restartedAt = performance.now()

  const isEnd = isEnding(wanted)
  let sight = await sightOf(scene.outside, name)
  // Nothing was written down before the kill, so the user asks again.
  if (!isEnd && sight.moment === 'absent') {
    await user.start(name, token, AbortSignal.timeout(SETTLE_MS)).catch((error: unknown) => {
      outcome.stuck = `the session could not be made again: ${error}`
    })
  }
  const isThere = ({ moment }: Sight) => moment === 'over' || (!isEnd && moment === 'running')
  sight = await watch(scene, name, isThere, SETTLE_MS)
  outcome.recoveryMs = performance.now() - restartedAt
  abort.abort()
  await request
  if (!isThere(sight)) outcome.stuck ??= describe(sight)
  else if (!isEnd)
    await useSession(
      { ...scene, user },
      { name, token, secret, knows: isStarted && wanted !== RESTARTING, sight, outcome },
    )
  await expectWitness(scene, outcome)
  const twins = await scene.outside.store.named(name)
  if (twins.length !== 1) outcome.doubled.push(`${twins.length} sessions of one name`)
  outcome.leaks = await counter.settle({ living: [witness.kernelId], marks: [mark] })
  return outcome
}

/** A value for later, and a child that tries to get away, which only an agent that is root can prevent. */
const rememberCode = (secret: string, mark: string): string => `
secret = ${JSON.stringify(secret)}
${process.getuid?.() === 0 ? escapeCode(mark) : ''}
`
const escapeCode = (mark: string): string => `
import subprocess
subprocess.Popen(['sleep', ${JSON.stringify(mark)}], env={}, cwd='/', start_new_session=True)
`

function requestOf(
  user: User,
  wanted: Phase,
  name: string,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  if (wanted === 'running') return Promise.resolve()
  const call = () => {
    if (wanted === RESTARTING) return user.restart(name, signal)
    return isEnding(wanted) ? user.end(name, signal) : user.start(name, token, signal)
  }
  // Its connection may break with the process: what counts is what becomes of the session.
  return call().then(
    () => undefined,
    () => undefined,
  )
}

/** Watches the session until it is in the phase, and for a random part of the time that the phase lasts. */
async function momentToKill(scene: Scene, wanted: Phase, name: string): Promise<Sight> {
  const since = new Map<Moment, number>()
  const usual = median(scene.lasting.get(wanted) ?? []) ?? (wanted === 'running' ? 20 : 0)
  const delay = scene.chance.next() * usual * 0.8
  return watch(
    scene,
    name,
    ({ moment }) => {
      const now = performance.now()
      if (!since.has(moment)) {
        const [before] = [...since].slice(-1)
        if (before) noteLasting(scene, before[0], now - before[1])
        since.set(moment, now)
      }
      if (isPast(moment, wanted)) return true
      return moment === wanted && now - (since.get(wanted) ?? now) >= delay
    },
    WATCH_MS,
  )
}

function noteLasting({ lasting }: Scene, moment: Moment, ms: number): void {
  if (moment === 'absent' || moment === 'over') return
  const known = lasting.get(moment) ?? []
  lasting.set(moment, [...known, ms].slice(-9))
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null
}

async function watch(
  { outside }: Pick<Scene, 'outside'>,
  name: string,
  isIt: (sight: Sight) => boolean,
  limitMs: number,
): Promise<Sight> {
  const startedAt = performance.now()
  for (;;) {
    const sight = await sightOf(outside, name)
    const waited = performance.now() - startedAt
    if (isIt(sight) || waited > limitMs) return sight
    // Phases last milliseconds at first; later there is no hurry.
    if (waited < 500) await new Promise(setImmediate)
    else await Bun.sleep(5)
  }
}

interface Use {
  name: string
  token: string
  secret: string
  /** It ran before the kill, and must know its variables; files are known after a restart, too. */
  knows: boolean
  sight: Sight
  outcome: Outcome
}

/** The session must run code, know what it knew, have its devices and ports for itself, and end when told to. */
async function useSession(scene: Scene, { name, token, secret, knows, sight, outcome }: Use): Promise<void> {
  const { user, outside, witness } = scene
  if (sight.moment === 'over' || !sight.session) {
    outcome.lost = describe(sight)
    return
  }
  const { id, kernelId } = sight.session
  const code = knows ? 'print(secret)' : `print(${JSON.stringify(secret)})`
  const said = await user.run(name, code).catch((error: unknown) => String(error))
  if (said !== secret)
    outcome.lost = `it answered ${JSON.stringify(said)}; ${describe(await sightOf(outside, name))}`
  if (!knows && outcome.lost === null) {
    const again = await user.start(name, token).catch((error: unknown) => String(error))
    if (again !== id) outcome.doubled.push(`asked again for ${id}: ${again}`)
  }
  outcome.doubled.push(...shared(scene.counter.files, kernelId, witness.kernelId))
  await user.end(name).catch(() => undefined)
  const end = await watch(scene, name, ({ moment }) => moment === 'over', SETTLE_MS)
  if (end.moment !== 'over') outcome.stuck = describe(end)
}

async function expectWitness({ user, witness }: Scene, outcome: Outcome): Promise<void> {
  const said = await user.run(witness.name, 'print(secret)').catch((error: unknown) => String(error))
  if (said !== witness.secret) outcome.lost ??= `the session beside it answered ${JSON.stringify(said)}`
}

/** Devices, ports and users that two kernels have both. */
function shared(files: AgentFiles, one: string, other: string): string[] {
  const holdings = (kernelId: string): string[] => {
    const note = noteOf(files, kernelId)
    const ports = note?.hostPorts.map((port) => `port ${port}`) ?? []
    return [...devicesOf(files, kernelId), ...ports]
  }
  const [mine, theirs] = [holdings(one), holdings(other)]
  const nothing = [mine, theirs].some(({ length }) => length === 0) ? ['a kernel holds nothing'] : []
  return [...nothing, ...mine.filter((holding) => theirs.includes(holding))]
}

const describe = ({ moment, session }: Sight): string =>
  session
    ? `${moment}: session ${session.id} ${session.status} (${session.info ?? ''}), kernel ${session.kernelId}`
    : moment
