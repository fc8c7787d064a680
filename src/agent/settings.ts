import type { AffinityPolicy } from './allocator/affinity.ts'

/** What an agent is told by its configuration (config.md §3). */
export interface AgentSettings {
  /** Null: made at random once and kept in the data directory. */
  id: string | null
  version: string
  region: string
  scalingGroup: string
  scalingGroupType: 'compute' | 'storage'
  /** Address announced to managers, for people to read. */
  addr: string
  publicHost: string
  /** Where published ports listen. */
  bindHost: string
  /** Runner sockets; null: `ipc` beside the scratch folders. */
  ipcBasePath: string | null
  /** Null: `scratches` in the data directory, or where the users of kernels can reach it. */
  scratchRoot: string | null
  /** -1: the agent's own, or 9001 when that is root. */
  kernelUid: number
  kernelGid: number
  portRange: readonly [first: number, last: number]
  reservedCpu: number
  reservedMem: bigint
  cpuOvercommit: number
  memOvercommit: number
  allocationOrder: readonly string[]
  affinityPolicy: AffinityPolicy
  kernelCreationConcurrency: number
  /** Milliseconds. */
  heartbeatIntervalMs: number
  statsIntervalMs: number
  syncIntervalMs: number
  imageScanIntervalMs: number
  pullTimeoutMs: number
  /** From container start to the runner's hello. */
  runnerTimeoutMs: number
  /** From SIGTERM to SIGKILL. */
  stopGraceMs: number
  /** Kept of a kernel's output. */
  maxLogBytes: number
  /** Where committed kernels are kept; null: `commit` in the data directory. */
  imageCommitPath: string | null
  /** Where a detector leaves its reports; null: nobody looks for abuse. */
  abuseReportPath: string | null
  /** Ends kernels that were reported. */
  forceTerminateAbusing: boolean
  alternativeBridge: string | null
  /** End kernels when the agent stops (`--drain`). */
  drain: boolean
}

export const DEFAULT_AGENT_SETTINGS: AgentSettings = {
  id: null,
  version: '',
  region: 'local',
  scalingGroup: 'default',
  scalingGroupType: 'compute',
  addr: '',
  publicHost: '127.0.0.1',
  bindHost: '127.0.0.1',
  ipcBasePath: null,
  scratchRoot: null,
  kernelUid: -1,
  kernelGid: -1,
  portRange: [30_000, 31_000],
  reservedCpu: 1,
  reservedMem: 1024n ** 3n,
  cpuOvercommit: 1,
  memOvercommit: 1,
  allocationOrder: ['cuda', 'rocm', 'tpu', 'cpu', 'mem'],
  affinityPolicy: 'INTERLEAVED',
  kernelCreationConcurrency: 4,
  heartbeatIntervalMs: 5_000,
  statsIntervalMs: 5_000,
  syncIntervalMs: 10_000,
  imageScanIntervalMs: 20_000,
  pullTimeoutMs: 2 * 3_600_000,
  runnerTimeoutMs: 60_000,
  stopGraceMs: 10_000,
  maxLogBytes: 10 * 1024 * 1024,
  imageCommitPath: null,
  abuseReportPath: null,
  forceTerminateAbusing: false,
  alternativeBridge: null,
  drain: false,
}
