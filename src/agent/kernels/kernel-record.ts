import type { ClusterInfo, KernelConfig, KernelCreated, ServicePort } from '../../wire/agent-rpc.ts'

/** What the agent must know of a kernel after its own restart; one small file per kernel, written durably. */
export interface KernelRecord {
  version: 1
  kernelId: string
  sessionId: string
  /** On disk without registry credentials. */
  config: KernelConfig
  cluster: ClusterInfo
  /** What the runner proves itself with. */
  token: string
  uid: number
  gid: number
  /** Whether the uid is this kernel's own and goes back to the pool. */
  ownsUid: boolean
  hostPorts: number[]
  servicePorts: ServicePort[]
  containerId: string | null
  /** Set once kernel_started was due. */
  created: KernelCreated | null
  /** A new container is made over the user's files: they are not to be thrown away. */
  restarting: boolean
  batch: 'none' | 'waiting' | 'started' | 'finished'
  /** When the batch command was started, for its time limit. */
  batchStartedAt: number | null
  /** Why the kernel is being ended; survives so that the right reason is reported in the end. */
  endReason: string | null
}
