import type { ManagerPorts } from '../../context.ts'
import type { BackgroundTasks, Progress, TaskOwner } from '../background-tasks.ts'
import { type ConfiguredRegistry, isLocalRegistry, registries } from '../registries.ts'
import type { RegistryFetch } from './registry-http.ts'
import { scanAgents } from './scan-agents.ts'
import { scanRegistry } from './scan-registry.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'agents' | 'clock' | 'log'>

export interface RescanOptions {
  /** Null: every configured registry, then the agents; one of the type `local`: the agents. */
  registry: string | null
  /** Null: the administration of the machine. */
  starter: TaskOwner | null
  newId?: () => string
  fetch?: RegistryFetch
}

/**
 * Begins to read the images of registries; gives the id of the background task.
 * @throws RangeError when the named registry is not configured.
 */
export async function startRescan(
  ports: Ports,
  tasks: Pick<BackgroundTasks, 'start'>,
  options: RescanOptions,
): Promise<string> {
  const chosen = await chooseRegistries(ports, options.registry)
  return tasks.start('rescan-images', options.starter, (progress, signal) =>
    rescan(
      ports,
      chosen.filter((one) => !isLocalRegistry(one)),
      {
        ...options,
        asksAgents: options.registry === null || chosen.some(isLocalRegistry),
        progress,
        signal,
      },
    ),
  )
}

async function chooseRegistries(
  { config }: Pick<Ports, 'config'>,
  name: string | null,
): Promise<ConfiguredRegistry[]> {
  const known = await registries(config)
  if (name === null) return [...known.values()]
  const found = known.get(name)
  if (found) return [found]
  const names = [...known.keys()].join(', ') || 'none'
  throw new RangeError(`There is no registry "${name}" in config/docker/registry; configured: ${names}.`)
}

async function rescan(
  ports: Ports,
  chosen: readonly ConfiguredRegistry[],
  options: RescanOptions & { asksAgents: boolean; progress: Progress; signal: AbortSignal },
): Promise<string> {
  const { progress, signal } = options
  const agents = options.asksAgents ? ports.agents.connected() : []
  const told: string[] = []
  let failures = 0
  let total = chosen.length + agents.length
  progress.setTotal(total)
  for (const registry of chosen) {
    try {
      const counts = await scanRegistry(ports, registry, {
        fetch: options.fetch ?? fetch,
        newId: options.newId ?? (() => crypto.randomUUID()),
        signal,
        progress,
        onFound: (steps) => {
          total += steps
          progress.setTotal(total)
        },
      })
      told.push(`${registry.name}: ${counts}`)
      await progress.step(1, told.at(-1) ?? '')
    } catch (error) {
      if (signal.aborted) throw error
      failures += 1
      const message = error instanceof Error ? error.message : String(error)
      ports.log.warn({ registry: registry.name, reason: message }, 'a registry could not be read')
      told.push(message)
      await progress.step(1, message)
    }
  }
  const scanned = await scanAgents(ports, agents, progress, signal)
  if (agents.length > 0 || chosen.length === 0)
    told.push(`${scanned} of ${agents.length} agents scanned their images`)
  const message = told.join('; ')
  const all = chosen.length + agents.length
  if (all > 0 && failures + (agents.length - scanned) === all) throw new Error(message)
  return message
}
