import type { ImageReport } from '../wire/agent-rpc.ts'

/** A kernel to be made: host paths and limits are final, nothing is left to decide. */
export interface ContainerSpec {
  kernelId: string
  sessionId: string
  /** Canonical reference, `registry/repo:tag`. */
  image: string
  hostname: string
  /** `host path → path in the kernel`; the backend creates missing mount points. */
  mounts: { source: string; target: string; readOnly: boolean }[]
  /** Host folder that is /home/work, and the one that is /home/config. */
  workDir: string
  configDir: string
  /** Host folder that holds the runner link's socket; RUNNER_ENVIRON.socket tells the runner where it sees it. */
  linkDir: string
  /** Labels ai.backend.runtime-type and -path of the image; the path may be empty. */
  runtime: { type: string; path: string }
  /** Only what the runner itself needs, beside what the backend adds; users' variables are in environ.txt. */
  environ: Record<string, string>
  labels: Record<string, string>
  /** CPU core numbers; empty = no pinning. */
  cpus: number[]
  /** Bytes; memory includes shared memory. */
  memoryBytes: bigint
  shmBytes: bigint
  ports: { container: number; host: number; hostIp: string }[]
  network: { mode: 'default' } | { mode: 'named'; name: string; aliases: string[] } | { mode: 'host' }
  devices: Record<string, unknown>[]
  /** Numeric owner of the user's processes and files. */
  uid: number
  gid: number
}

/** A container or process that carries our labels, found on the machine. */
export interface FoundContainer {
  containerId: string
  kernelId: string
  sessionId: string
  running: boolean
  exitCode: number | null
  labels: Record<string, string>
}

/** A network that carries our labels. */
export interface FoundNetwork {
  name: string
  sessionId: string
}

export interface ContainerExit {
  containerId: string
  kernelId: string
  exitCode: number | null
  outOfMemory: boolean
}

export interface ContainerUsage {
  /** Milliseconds of CPU time used since the start. */
  cpuUsedMs: number
  memoryBytes: number
  netRxBytes: number
  netTxBytes: number
  ioReadBytes: number
  ioWriteBytes: number
}

/**
 * The kernel backend port: runs kernels on this machine. Drivers: agent/backends/docker, agent/backends/process.
 * One suite in test/contract/kernel-backend.ts runs against each. Every method is idempotent.
 */
export interface KernelBackend extends AsyncDisposable {
  readonly name: 'docker' | 'process'
  /** Kernels share the host's network: a service listens on its host port itself. */
  readonly sharesHostNetwork: boolean
  /** User numbers to give out, one per kernel, so that kernels cannot touch each other; null: all share one. */
  readonly ownUids: { first: number; count: number } | null
  /** One sentence for people, e.g. `Docker Engine 20.10.24` or `native processes (no security boundary)`. */
  readonly description: string
  /** Host address at which published ports are reached. */
  readonly kernelHost: string
  images(): Promise<ImageReport[]>
  hasImage(canonical: string, digest: string | null): Promise<boolean>
  pull(image: string, auth: { username: string; password: string } | null, signal: AbortSignal): Promise<void>
  /** False where it was not there; one that containers use stays, with an error. */
  removeImage(canonical: string): Promise<boolean>
  /**
   * Creates and starts; leaves nothing behind when it throws. The spec's folders are there; what they hold, and all
   * else a start needs, may still be under way: nothing runs before what `made` gives has resolved, whose rejection is
   * thrown. `made` is called once there is a container, at each try.
   */
  run(spec: ContainerSpec, made?: (containerId: string) => Promise<unknown>): Promise<{ containerId: string }>
  /**
   * Stops (SIGTERM to the runner, then SIGKILL after `graceMs`), takes the last output (at most `maxLogBytes` from its
   * end; 0 = none) and removes; unknown ids are no error.
   */
  remove(
    containerId: string,
    options: { graceMs: number; maxLogBytes: number },
  ): Promise<{ exitCode: number | null; log: Uint8Array | null }>
  /** Everything of this owner label on the machine, running or not. */
  find(ownerId: string): Promise<FoundContainer[]>
  /** The output so far, at most `maxBytes` from its end. */
  logs(containerId: string, maxBytes: number): Promise<Uint8Array>
  usage(containerId: string): Promise<ContainerUsage | null>
  /** Writes the file system as an image into the file `target` (gzip'd tar), whole or not at all; null: there are no images. */
  readonly commit:
    | ((
        containerId: string,
        target: string,
        labels: Readonly<Record<string, string>>,
        signal: AbortSignal,
      ) => Promise<void>)
    | null
  /** Exits as they happen, from now on. */
  watch(onExit: (exit: ContainerExit) => void): Disposable
  createNetwork(name: string, labels: Record<string, string>): Promise<void>
  /** A network that containers are on stays, without an error. */
  removeNetwork(name: string): Promise<void>
  /** Networks with this owner label, for those that a crash left behind. */
  findNetworks(ownerId: string): Promise<FoundNetwork[]>
}
