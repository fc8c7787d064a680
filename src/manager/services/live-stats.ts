import type { Cache } from '../../cache/cache.ts'

/** Live statistics as agents report them; gone when an agent is silent for so long. */
const TTL_MS = 120_000

const nodeStatKey = (agentId: string): string => `stat.agent.${agentId}`
const kernelStatKey = (kernelId: string): string => `stat.kernel.${kernelId}`

const abuseKey = (kernelId: string): string => `abuse.${kernelId}`

/** What agents say of kernels that were reported for abuse; gone soon after they stop saying it. */
export const writeAbuse = (cache: Cache, abusing: Readonly<Record<string, string>>): Promise<void> =>
  cache.setMany(
    Object.entries(abusing).map(([id, state]) => [abuseKey(id), state] as const),
    TTL_MS,
  )

/** `detected`, `cleaning`, or null. */
export const readAbuse = (cache: Cache, kernelId: string): Promise<string | null> =>
  cache.get(abuseKey(kernelId))

type Stats = Record<string, unknown>

export function writeLiveStats(
  cache: Cache,
  agentId: string,
  nodeStats: Stats,
  kernelStats: Readonly<Record<string, Stats>>,
): Promise<void> {
  const kernels = Object.entries(kernelStats).map(
    ([id, stats]) => [kernelStatKey(id), JSON.stringify(stats)] as const,
  )
  return cache.setMany([[nodeStatKey(agentId), JSON.stringify(nodeStats)], ...kernels], TTL_MS)
}

/** By kernel id; kernels without fresh statistics are absent. */
export const readKernelStats = (cache: Cache, ids: readonly string[]): Promise<Map<string, Stats>> =>
  read(cache, ids, kernelStatKey)

/** Of one kernel, as the JSON that they are kept as; null without fresh ones. */
export const readKernelStatsJson = (cache: Cache, id: string): Promise<string | null> =>
  cache.get(kernelStatKey(id))

/** By agent id. */
export const readAgentStats = (cache: Cache, ids: readonly string[]): Promise<Map<string, Stats>> =>
  read(cache, ids, nodeStatKey)

async function read(
  cache: Cache,
  ids: readonly string[],
  keyOf: (id: string) => string,
): Promise<Map<string, Stats>> {
  if (ids.length === 0) return new Map()
  const values = await cache.getMany(ids.map(keyOf))
  const result = new Map<string, Stats>()
  for (const [index, id] of ids.entries()) {
    const text = values[index]
    if (text) result.set(id, JSON.parse(text) as Stats)
  }
  return result
}
