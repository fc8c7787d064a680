import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { discardKernel } from './discard-kernel.ts'
import type { Kernel } from './kernel.ts'

/** Notes durably that a kernel is to end and ends it in the background; the first reason stays. */
export async function destroyKernel(ctx: AgentContext, kernel: Kernel, reason: string): Promise<void> {
  if (kernel.destruction) return
  kernel.state = 'terminating'
  kernel.record.endReason ??= reason
  kernel.ending.abort(new Error(`kernel is being ended: ${reason}`))
  // The note comes first: after a crash the end goes on with this reason.
  const noted = ctx.records.save(kernel.record)
  kernel.destruction = noted
    .then(() => finish(ctx, kernel))
    .catch((error: unknown) => {
      if (ctx.closing.aborted) return
      ctx.log.error(
        { error: describeError(error), kernelId: kernel.record.kernelId },
        'kernel could not be ended',
      )
      kernel.destruction = null
    })
  await noted
}

async function finish(ctx: AgentContext, kernel: Kernel): Promise<void> {
  await kernel.creation
  const { kernelId, sessionId, endReason } = kernel.record
  const { exitCode, log } = await discardKernel(ctx, kernel)
  await ctx.journal.report({
    type: 'kernel_terminated',
    kernelId,
    sessionId,
    reason: endReason ?? 'unknown',
    exitCode: kernel.exitCode ?? exitCode,
    lastStat: kernel.lastStat === null ? null : { ...kernel.lastStat, version: 2 },
    log,
  })
  await ctx.records.remove(kernelId)
  ctx.kernels.delete(kernelId)
}
