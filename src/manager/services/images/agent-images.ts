import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import type { BackgroundTasks, Progress } from '../background-tasks.ts'
import { pullFrom, registries } from '../registries.ts'
import type { ImageRow } from '../rows.ts'
import { findImage } from '../sessions/find-image.ts'
import { type TargetAgent, targetAgents } from './target-agents.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'agents' | 'log'>

export interface OnAgents {
  /** Full references or short names. */
  references: readonly (string | null)[]
  /** Expressions of `targetAgents`. */
  targets: readonly (string | null)[]
}

/** What one agent does about one image; a sentence's end, e.g. `pulled`. */
type Step = (agent: TargetAgent, image: ImageRow, signal: AbortSignal) => Promise<string>

const PULL_LIMIT_KEY = 'config/agent/api/pull-timeout'
/** Seconds (config.md §1). */
const PULL_LIMIT = 7200
const REMOVE_LIMIT_MS = 120_000
/** Agents that work at once: a registry has to feed them all. */
const AGENTS_AT_ONCE = 8
const FAILURES_TOLD = 5

/** Begins to pull images on agents; gives the id of the background task. @throws Problem */
export async function startPreload(
  ports: Ports,
  tasks: Pick<BackgroundTasks, 'start'>,
  what: OnAgents,
): Promise<string> {
  const known = await registries(ports.config)
  const seconds = Number((await ports.config.get(PULL_LIMIT_KEY)) ?? '')
  const timeoutMs = (seconds > 0 ? seconds : PULL_LIMIT) * 1000
  return await start(ports, tasks, 'preload-images', what, async (agent, row, signal) => {
    const { name: canonical, architecture, configDigest: digest, isLocal } = row
    const configured = known.get(row.registry)
    const registry = configured
      ? pullFrom(configured)
      : { name: row.registry, url: `https://${row.registry}` }
    const image = { canonical, architecture, digest, isLocal, registry }
    const { pulled } = await ports.agents.call(agent.id, 'pullImage', { image }, { signal, timeoutMs })
    return pulled ? 'pulled' : 'there already'
  })
}

/** Begins to remove images from agents; gives the id of the background task. @throws Problem */
export const startUnload = (
  ports: Ports,
  tasks: Pick<BackgroundTasks, 'start'>,
  what: OnAgents,
): Promise<string> =>
  start(ports, tasks, 'unload-images', what, async (agent, { name: canonical }, signal) => {
    const options = { signal, timeoutMs: REMOVE_LIMIT_MS }
    const { removed } = await ports.agents.call(agent.id, 'removeImage', { canonical }, options)
    return removed ? 'removed' : 'not there'
  })

async function start(
  ports: Ports,
  tasks: Pick<BackgroundTasks, 'start'>,
  name: string,
  { references, targets }: OnAgents,
  step: Step,
): Promise<string> {
  const wanted = references.filter((text): text is string => text !== null && text.trim() !== '')
  if (wanted.length === 0) {
    throw new Problem('invalid-api-params', {
      msg: 'references: name an image.',
      data: { references: 'empty' },
    })
  }
  const agents = await targetAgents(ports.store, targets)
  const plan = await Promise.all(
    agents.map(async (agent) => ({ agent, images: await imagesFor(ports, agent, wanted) })),
  )
  return await tasks.start(name, null, (progress, signal) => carryOut(ports, plan, step, progress, signal))
}

/** A reference may stand for an image of each architecture: an agent gets that of its own. */
async function imagesFor(
  { store }: Pick<Ports, 'store'>,
  { architecture }: TargetAgent,
  references: readonly string[],
): Promise<ImageRow[]> {
  const found = await Promise.all(references.map((text) => findImage(store, text, architecture)))
  return [...new Map(found.map((row) => [row.id, row])).values()]
}

async function carryOut(
  { log }: Pick<Ports, 'log'>,
  plan: readonly { agent: TargetAgent; images: readonly ImageRow[] }[],
  step: Step,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const total = plan.reduce((sum, { images }) => sum + images.length, 0)
  progress.setTotal(total)
  const counts = new Map<string, number>()
  const failures: string[] = []
  const waiting = plan.values()
  const worker = async (): Promise<void> => {
    for (const { agent, images } of waiting) {
      for (const image of images) {
        const what = `${agent.id}: ${image.name}`
        try {
          const result = await step(agent, image, signal)
          counts.set(result, (counts.get(result) ?? 0) + 1)
          await progress.step(1, `${what} ${result}`)
        } catch (error) {
          if (signal.aborted) throw error
          const reason = error instanceof Error ? error.message : String(error)
          log.warn(
            { agentId: agent.id, image: image.name, reason },
            'an agent did not do as told with an image',
          )
          failures.push(`${what}: ${reason}`)
          await progress.step(1, `${what}: ${reason}`)
        }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AGENTS_AT_ONCE, plan.length) }, worker))
  const message = [
    ...[...counts].map(([result, count]) => `${count} ${result}`),
    ...(failures.length > 0 ? [`${failures.length} failed: ${toldOf(failures)}`] : []),
  ].join(', ')
  if (failures.length === total) throw new Error(message)
  return message
}

function toldOf(failures: readonly string[]): string {
  const more = failures.length - FAILURES_TOLD
  return [...failures.slice(0, FAILURES_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
