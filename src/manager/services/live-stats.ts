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

/** `detected` or `cleaning` by kernel id; kernels that nobody reported are absent. */
export const readAbuses = (cache: Cache, ids: readonly string[]): Promise<Map<string, string>> =>
  readTexts(cache, ids, abuseKey)

/** A commit is asked about every second; longer silence means that nobody minds it any more. */
const COMMIT_TTL_MS = 13_000
const commitKey = (kernelId: string): string => `kernel.${kernelId}.commit`

/** Notes that a kernel is being committed now. */
export const noteCommit = (cache: Cache, kernelId: string): Promise<void> =>
  cache.set(commitKey(kernelId), 'ongoing', COMMIT_TTL_MS)

/** Kernels that are being committed now, by id. */
export const readCommits = (cache: Cache, ids: readonly string[]): Promise<Map<string, string>> =>
  readTexts(cache, ids, commitKey)

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
  const texts = await readTexts(cache, ids, keyOf)
  return new Map([...texts].map(([id, text]) => [id, JSON.parse(text) as Stats]))
}

async function readTexts(
  cache: Cache,
  ids: readonly string[],
  keyOf: (id: string) => string,
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const values = await cache.getMany(ids.map(keyOf))
  const result = new Map<string, string>()
  for (const [index, id] of ids.entries()) {
    const text = values[index]
    if (text) result.set(id, text)
  }
  return result
}
