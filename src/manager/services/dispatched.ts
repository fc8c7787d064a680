/**
 * Which orders this process has given to agents and had accepted, so that a loop does not repeat itself. Only a
 * memory: losing it repeats orders, which are idempotent.
 */
export interface Dispatched {
  has(order: 'create' | 'destroy', kernelId: string): boolean
  add(order: 'create' | 'destroy', kernelId: string, agentId: string): void
  /** The agent came back, or lost what it knew: everything is ordered anew. */
  forgetAgent(agentId: string): void
  /** The kernel is over. */
  forgetKernel(kernelId: string): void
}

export function createDispatched(): Dispatched {
  const orders = { create: new Map<string, string>(), destroy: new Map<string, string>() }
  return {
    has: (order, kernelId) => orders[order].has(kernelId),
    add: (order, kernelId, agentId) => void orders[order].set(kernelId, agentId),
    forgetAgent(agentId) {
      for (const map of Object.values(orders)) {
        for (const [kernelId, owner] of map) if (owner === agentId) map.delete(kernelId)
      }
    },
    forgetKernel(kernelId) {
      orders.create.delete(kernelId)
      orders.destroy.delete(kernelId)
    },
  }
}
