import type { KernelRecord } from './kernel-record.ts'

/** Names of the labels that the agent puts on containers (agent-kernel.md §4, §10). */
export const KERNEL_LABELS = {
  kernelId: 'ai.backend.kernel-id',
  sessionId: 'ai.backend.session-id',
  /** The agent's id. */
  owner: 'ai.backend.owner',
  servicePorts: 'ai.backend.service-ports',
  /** On networks of sessions. */
  clusterNetwork: 'ai.backend.cluster-network',
  blockServicePorts: 'ai.backend.internal.block-service-ports',
} as const

/** Names of labels on images. */
export const IMAGE_LABELS = {
  kernelSpec: 'ai.backend.kernelspec',
  features: 'ai.backend.features',
  runtimeType: 'ai.backend.runtime-type',
  runtimePath: 'ai.backend.runtime-path',
  servicePorts: 'ai.backend.service-ports',
  coreCountEnvs: 'ai.backend.envs.corecount',
} as const

export const labelsOf = (record: KernelRecord, agentId: string): Record<string, string> => ({
  [KERNEL_LABELS.kernelId]: record.kernelId,
  [KERNEL_LABELS.sessionId]: record.sessionId,
  [KERNEL_LABELS.owner]: agentId,
  [KERNEL_LABELS.blockServicePorts]: record.config.internalData.block_service_ports === true ? '1' : '0',
  [KERNEL_LABELS.servicePorts]: record.config.image.labels[IMAGE_LABELS.servicePorts] ?? '',
})
