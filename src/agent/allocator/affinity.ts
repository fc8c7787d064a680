import { freeOf, type PoolDevice } from './slot-pool.ts'

export type AffinityPolicy = 'INTERLEAVED' | 'PREFER_SINGLE_NODE'

/**
 * The order in which devices are tried (agent-kernel.md §8): most free first; hinted NUMA nodes lead, interleaved;
 * without a hint the policy decides between one node after another and round-robin.
 */
export function orderDevices(
  devices: readonly PoolDevice[],
  policy: AffinityPolicy,
  hint: ReadonlySet<number>,
): PoolDevice[] {
  const byFree = [...devices].sort((a, b) => compare(freeOf(b), freeOf(a)))
  if (hint.size > 0) {
    const near = byFree.filter(({ numaNode }) => numaNode !== null && hint.has(numaNode))
    const far = byFree.filter((device) => !near.includes(device))
    return [...interleave(clusters(near)), ...far]
  }
  const nodes = clusters(byFree)
  return policy === 'PREFER_SINGLE_NODE' ? nodes.flat() : interleave(nodes)
}

/** Devices by NUMA node, the node with the most free amount first; nodeless devices form a node of their own. */
function clusters(devices: readonly PoolDevice[]): PoolDevice[][] {
  const nodes = [...Map.groupBy(devices, ({ numaNode }) => numaNode).values()]
  const total = (node: PoolDevice[]) => node.reduce((sum, device) => sum + freeOf(device), 0n)
  return nodes.sort((a, b) => compare(total(b), total(a)))
}

function interleave(nodes: readonly PoolDevice[][]): PoolDevice[] {
  const longest = Math.max(0, ...nodes.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => nodes.flatMap((node) => node.slice(i, i + 1))).flat()
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
