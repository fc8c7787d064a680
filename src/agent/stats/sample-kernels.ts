import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { createKernelStats, type KernelStats } from './kernel-stats.ts'

/** Samples every running kernel once; the newest sample of a kernel stays with it for its end. */
export function createKernelSampler(
  ctx: AgentContext,
): () => Promise<Record<string, Record<string, unknown>>> {
  const histories = new Map<string, KernelStats>()
  return async () => {
    for (const kernelId of histories.keys()) if (!ctx.kernels.has(kernelId)) histories.delete(kernelId)
    const running = [...ctx.kernels.values()].filter(({ state }) => state === 'running')
    const samples = await Promise.all(
      running.map(async (kernel): Promise<[string, Record<string, unknown>] | null> => {
        const { kernelId, containerId, created } = kernel.record
        if (containerId === null) return null
        try {
          const usage = await ctx.backend.usage(containerId)
          if (!usage) return null
          const history =
            histories.get(kernelId) ?? createKernelStats(Number(created?.occupiedSlots.mem ?? 0))
          histories.set(kernelId, history)
          kernel.lastStat = history.add(usage, ctx.clock.now())
          return [kernelId, kernel.lastStat]
        } catch (error) {
          ctx.log.debug({ error: describeError(error), kernelId }, 'no usage of this kernel')
          return null
        }
      }),
    )
    return Object.fromEntries(samples.filter((sample) => sample !== null))
  }
}
