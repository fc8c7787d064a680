import type { SlotsJson, SlotUnit } from '../core/slots.ts'
import type { NodeMount } from '../lib/node-mounts.ts'
import type { OutputFile } from './runner-protocol.ts'

/**
 * What the manager may ask of an agent and what an agent reports (agent-kernel.md §1–3, in our own words).
 * Everything here is plain data that msgpack carries; bytes are Uint8Array, times are milliseconds.
 */
export interface KernelConfig {
  kernelId: string
  sessionId: string
  sessionName: string
  sessionType: string
  clusterRole: string
  clusterIdx: number
  localRank: number
  clusterHostname: string
  image: ImageSpec
  environ: Record<string, string>
  resourceSlots: SlotsJson
  resourceOpts: Record<string, unknown>
  mounts: MountSpec[]
  bootstrapScript: string | null
  startupCommand: string | null
  /** Of a batch session: seconds, null = no limit. */
  timeoutSeconds: number | null
  idleTimeoutSeconds: number
  preopenPorts: number[]
  scalingGroup: string
  autoPull: 'digest' | 'tag' | 'none'
  internalData: Record<string, unknown>
}

export interface ImageSpec {
  canonical: string
  architecture: string
  digest: string
  labels: Record<string, string>
  isLocal: boolean
  registry: { name: string; url: string; username?: string; password?: string }
}

export interface MountSpec {
  name: string
  hostPath: string
  kernelPath: string
  permission: 'ro' | 'rw' | 'wd'
}

export interface ClusterInfo {
  mode: 'single-node' | 'multi-node'
  size: number
  replicas: Record<string, number>
  networkName: string | null
  sshKeypair: { privateKey: string; publicKey: string } | null
}

export interface ServicePort {
  name: string
  protocol: 'http' | 'tcp' | 'preopen' | 'internal'
  containerPorts: number[]
  hostPorts: number[]
  isInference: boolean
  urlTemplate?: string
  allowedArguments?: Record<string, unknown>
  allowedEnvs?: Record<string, unknown>
}

/** What `kernel_started` tells of a new container. */
export interface KernelCreated {
  kernelId: string
  containerId: string
  kernelHost: string
  servicePorts: ServicePort[]
  occupiedSlots: SlotsJson
  /** device name → slot → device id → amount */
  allocations: Record<string, Record<string, Record<string, string>>>
  attachedDevices: Record<string, unknown>
}

/** A kernel as its agent sees it, in heartbeats and snapshots. */
export interface KernelSnapshot {
  kernelId: string
  sessionId: string
  state: 'preparing' | 'running' | 'terminating'
  created?: KernelCreated
}

export type ExecuteMode = 'query' | 'batch' | 'continue' | 'input'

export interface BatchOptions {
  clean?: string | null
  build?: string | null
  buildLog?: boolean
  exec?: string | null
}

export type ConsoleItem = readonly [type: string, data: unknown]

export interface ExecutionResult {
  runId: string
  status: 'continued' | 'clean-finished' | 'build-finished' | 'waiting-input' | 'finished' | 'exec-timeout'
  exitCode: number | null
  options: Record<string, unknown> | null
  console: ConsoleItem[]
  /** What the run has left in `/home/work/.output`, told with its end. */
  files: OutputFile[]
}

export interface FileEntry {
  filename: string
  size: number
  /** Seconds since the epoch. */
  mtime: number
  /** `-rw-r--r--` */
  mode: string
}

/** Calls from manager to agent. All are idempotent by kernel id or run id, so a retry after a lost answer is safe. */
export interface AgentMethods {
  ping(args: { message: string }): Promise<{ message: string }>
  /**
   * Starts the kernels of one session on this agent; answers once they are noted. Progress and failure arrive as
   * reports. A kernel that exists already is reported again instead of made twice.
   */
  createKernels(args: {
    sessionId: string
    kernels: KernelConfig[]
    cluster: ClusterInfo
  }): Promise<{ accepted: string[] }>
  /** Answers when the destruction is noted; `kernel_terminated` is reported at the end, also for an unknown kernel. */
  destroyKernel(args: { kernelId: string; sessionId: string; reason: string }): Promise<{ accepted: true }>
  restartKernel(args: {
    kernelId: string
    sessionId: string
    config: KernelConfig
    cluster: ClusterInfo
  }): Promise<{
    accepted: true
  }>
  listKernels(args: Record<string, never>): Promise<{ kernels: KernelSnapshot[] }>
  execute(args: {
    kernelId: string
    runId: string
    mode: ExecuteMode
    code: string
    options: BatchOptions | null
    /** How long output is collected before the answer is `continued`; milliseconds. */
    flushTimeoutMs: number
    /** Largest answer per stream in characters; the rest comes with the next call. */
    maxChars: number
  }): Promise<ExecutionResult>
  interrupt(args: { kernelId: string }): Promise<Record<string, never>>
  complete(args: {
    kernelId: string
    code: string
    options: Record<string, unknown>
  }): Promise<{ completions: unknown[] }>
  /** Paths are relative to /home/work and may not leave it. */
  listFiles(args: { kernelId: string; path: string }): Promise<{ entries: FileEntry[]; absolutePath: string }>
  uploadFile(args: { kernelId: string; path: string; content: Uint8Array }): Promise<Record<string, never>>
  /** A tar archive of the file or folder; at most `maxBytes`. */
  downloadFile(args: { kernelId: string; path: string; maxBytes: number }): Promise<{ archive: Uint8Array }>
  /** A piece of a file in `/home/work/.output`; another `version` than before: it was written meanwhile. */
  readOutput(args: { kernelId: string; name: string; offset: number; maxBytes: number }): Promise<{
    content: Uint8Array
    size: number
    version: string
  }>
  logs(args: { kernelId: string }): Promise<{ logs: string }>
  startService(args: {
    kernelId: string
    name: string
    arguments: Record<string, unknown>
    envs: Record<string, string>
  }): Promise<{ status: 'started' | 'running' | 'failed'; error?: string }>
  shutdownService(args: { kernelId: string; name: string }): Promise<Record<string, never>>
  /**
   * Writes the kernel's file system as an image into a file of the agent's machine; answers once that has begun.
   * Mounted folders, the home among them, are not part of it.
   */
  commitKernel(args: {
    kernelId: string
    /** Folder below the agent's `image-commit-path`. */
    subdir: string
    filename: string
    labels: Record<string, string>
  }): Promise<{ path: string }>
  /** Of the kernel's last commit; `ready` also where there was none. */
  commitStatus(args: {
    kernelId: string
  }): Promise<{ status: 'ready' | 'ongoing'; path: string | null; error: string | null }>
  scanImages(args: Record<string, never>): Promise<Record<string, never>>
  /** Has an image on the agent's machine, by a pull where it is not there yet; answers once it is. */
  pullImage(args: {
    image: Pick<ImageSpec, 'canonical' | 'architecture' | 'digest' | 'isLocal' | 'registry'>
  }): Promise<{ pulled: boolean }>
  /** Takes the name of an image, and what only it needs, off the machine; one in use stays, with an error. */
  removeImage(args: { canonical: string }): Promise<{ removed: boolean }>
  hardwareInfo(args: Record<string, never>): Promise<Record<string, unknown>>
  /** What is mounted right below a folder of the agent's machine. */
  listMounts(args: { root: string }): Promise<{ mounts: string[] }>
  mountVolume(args: NodeMount): Promise<Record<string, never>>
  unmountVolume(args: Pick<NodeMount, 'root' | 'name' | 'fstab'>): Promise<Record<string, never>>
  readFstab(args: { path: string }): Promise<{ content: string }>
}

/** Two-way byte streams from manager to a kernel. */
export interface AgentStreams {
  /** A shell with a terminal. Control values: `{resize: {rows, cols}}`. */
  pty: { kernelId: string; rows: number; cols: number }
  /** A TCP connection to a port inside the kernel. */
  tcp: { kernelId: string; port: number }
}

export interface ImageReport {
  canonical: string
  architecture: string
  /** `sha256:…` of the image configuration. */
  digest: string
  sizeBytes: number
  labels: Record<string, string>
  /** Names that a user may type instead, e.g. `python`. */
  aliases: string[]
}

/** Sent once a connection is up, and again after every reconnection. */
export interface AgentHello {
  agentId: string
  protocol: number
  version: string
  region: string
  scalingGroup: string
  architecture: string
  backend: string
  addr: string
  publicHost: string
  slotTypes: Record<string, SlotUnit>
  availableSlots: SlotsJson
  computePlugins: Record<string, Record<string, unknown>>
  images: ImageReport[]
  kernels: KernelSnapshot[]
}

/** Sent every few seconds; a full hello follows whenever something else of it changed. */
export interface AgentHeartbeat {
  agentId: string
  at: number
  kernels: { kernelId: string; state: KernelSnapshot['state'] }[]
  /** metric → value per node, and per kernel; the shapes of agent-kernel.md §9. */
  nodeStats: Record<string, unknown>
  kernelStats: Record<string, Record<string, unknown>>
  /** Kernels that were reported for abuse; `cleaning`: they are being ended for it. */
  abusing?: Record<string, 'detected' | 'cleaning'>
}

/** Facts that must not be lost: kept by the agent until a manager has stored and acknowledged them. */
export type AgentReport =
  | { type: 'kernel_preparing' | 'kernel_creating'; kernelId: string; sessionId: string }
  | { type: 'kernel_pulling'; kernelId: string; sessionId: string; image: string }
  | { type: 'kernel_started'; kernelId: string; sessionId: string; created: KernelCreated }
  | {
      type: 'kernel_failed'
      kernelId: string
      sessionId: string
      reason: string
      error: { name: string; message: string }
    }
  | {
      type: 'kernel_terminated'
      kernelId: string
      sessionId: string
      reason: string
      exitCode: number | null
      lastStat: Record<string, unknown> | null
      /** The end of the container's output, at most 10 MiB. */
      log: Uint8Array | null
    }
  | { type: 'batch_finished'; kernelId: string; sessionId: string; exitCode: number; reason: string }
  | { type: 'agent_terminated'; reason: string }
