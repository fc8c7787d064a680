import type { AgentContext } from '../agent-context.ts'
import { discardKernel } from './discard-kernel.ts'
import type { Kernel } from './kernel.ts'

/** Gives back all that an unfinished kernel has taken, then reports why there is none. */
export async function failCreation(
  ctx: AgentContext,
  kernel: Kernel,
  error: { name: string; message: string },
): Promise<void> {
  const { kernelId, sessionId } = kernel.record
  kernel.state = 'terminating'
  await discardKernel(ctx, kernel)
  await ctx.journal.report({ type: 'kernel_failed', kernelId, sessionId, reason: 'failed-to-create', error })
  await ctx.records.remove(kernelId)
  ctx.kernels.delete(kernelId)
}
