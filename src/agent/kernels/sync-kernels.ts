import type { AgentContext } from '../agent-context.ts'
import { destroyKernel } from './destroy-kernel.ts'
import { removeUnknown } from './recover-kernels.ts'
import { removeOrphanNetworks } from './remove-orphan-networks.ts'

/** Compares the engine's containers with our kernels (agent-kernel.md §3), in case an exit was not heard. */
export async function syncKernels(ctx: AgentContext): Promise<void> {
  // Kernels that end or begin while the engine answers are none of this round's business.
  const before = new Map([...ctx.kernels].map(([id, { state }]) => [id, state]))
  const found = await ctx.backend.find(ctx.agentId)
  const containers = new Map(found.map((container) => [container.kernelId, container]))
  for (const [kernelId, state] of before) {
    const kernel = ctx.kernels.get(kernelId)
    if (!kernel || state !== 'running' || kernel.state !== 'running') continue
    const container = containers.get(kernelId)
    if (container?.running) continue
    kernel.exitCode ??= container?.exitCode ?? null
    await destroyKernel(ctx, kernel, container ? 'self-terminated' : 'container-not-found')
  }
  for (const container of found) {
    if (before.has(container.kernelId) || ctx.kernels.has(container.kernelId)) continue
    await removeUnknown(ctx, container)
  }
  await removeOrphanNetworks(ctx)
}
