import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import type { KernelRecord } from './kernel-record.ts'
import { KERNEL_LABELS } from './labels.ts'

/**
 * Has the network of a session's kernels, right before one of them joins it: while a kernel is known, nothing sweeps
 * the network away.
 */
export async function ensureNetwork(ctx: AgentContext, { cluster, sessionId }: KernelRecord): Promise<void> {
  const { networkName, mode } = cluster
  if (networkName === null || networkName === 'host' || ctx.backend.sharesHostNetwork) return
  if (mode !== 'single-node') {
    const message =
      'kernels on several nodes cannot share a network here: use the cluster mode single-node, or a resource group ' +
      'that uses the host network'
    throw new AgentError('InvalidKernelConfig', message)
  }
  await ctx.backend.createNetwork(networkName, {
    [KERNEL_LABELS.clusterNetwork]: '1',
    [KERNEL_LABELS.owner]: ctx.agentId,
    [KERNEL_LABELS.sessionId]: sessionId,
  })
}
