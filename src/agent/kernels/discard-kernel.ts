import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { removeScratch, scratchPaths } from '../scratch/scratch.ts'
import { releaseResources } from './claim-resources.ts'
import type { Kernel } from './kernel.ts'
import { removeLinkFolder } from './link-folder.ts'

/** Milliseconds between tries while the engine does not answer. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000]

/**
 * Removes container, link and scratch and gives devices, ports and user back, in that order: nothing is handed out
 * again before what uses it is gone. Repeats until it is done or this process stops.
 */
export async function discardKernel(
  ctx: AgentContext,
  kernel: Kernel,
): Promise<{ exitCode: number | null; log: Uint8Array | null }> {
  const { record } = kernel
  for (let attempt = 0; ; attempt++) {
    try {
      const end = await removeContainer(ctx, kernel)
      await kernel.link?.[Symbol.asyncDispose]()
      kernel.link = null
      await Promise.all([
        removeLinkFolder(ctx, record.kernelId),
        removeScratch(scratchPaths(ctx.paths.scratchRoot, record.kernelId)),
      ])
      releaseResources(ctx, record)
      await removeNetworkOf(ctx, kernel)
      return end
    } catch (error) {
      ctx.log.warn(
        { error: describeError(error), kernelId: record.kernelId, attempt },
        'clean-up will be tried again',
      )
      await ctx.clock.sleep(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 10_000, ctx.closing)
    }
  }
}

/** Recovery has put the ids of containers found by label into the records, so an id is known where one exists. */
export async function removeContainer(
  ctx: AgentContext,
  { record }: Kernel,
): Promise<{ exitCode: number | null; log: Uint8Array | null }> {
  const { stopGraceMs, maxLogBytes } = ctx.settings
  const options = { graceMs: stopGraceMs, maxLogBytes }
  if (record.containerId !== null) return ctx.backend.remove(record.containerId, options)
  return { exitCode: null, log: null }
}

async function removeNetworkOf(ctx: AgentContext, { record }: Kernel): Promise<void> {
  const { networkName, mode } = record.cluster
  if (networkName === null || networkName === 'host' || mode !== 'single-node') return
  // Kernels that end together each try: the engine keeps a network while a container is on it.
  const isNeeded = [...ctx.kernels.values()].some(
    (other) =>
      other.record.sessionId === record.sessionId &&
      other.record.kernelId !== record.kernelId &&
      other.state !== 'terminating',
  )
  if (!isNeeded) await ctx.backend.removeNetwork(networkName)
}
