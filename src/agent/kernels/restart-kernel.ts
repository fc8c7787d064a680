import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { startKernel } from './create-kernel.ts'
import { destroyKernel } from './destroy-kernel.ts'
import { removeContainer } from './discard-kernel.ts'
import type { Kernel } from './kernel.ts'

/** A new container over the same files, devices and ports; begun anew where an earlier life of the agent was cut off. */
export async function restartKernel(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const { record } = kernel
  kernel.replaced = record.containerId
  try {
    await removeContainer(ctx, kernel)
    await kernel.link?.[Symbol.asyncDispose]()
    kernel.link = null
    record.containerId = null
    record.created = null
    await startKernel(ctx, kernel, { keepScratch: true })
  } catch (error) {
    if (kernel.ending.signal.aborted || ctx.closing.aborted) return
    ctx.log.warn({ error: describeError(error), kernelId: record.kernelId }, 'restart failed')
    // Not awaited: the end waits for this very step.
    void destroyKernel(ctx, kernel, 'failed-to-restart')
  }
}
