import type { ShapeRole } from './shape/role-process.ts'

export type ShapeName = 'up' | 'cluster'
export type BackendName = 'process' | 'docker'

export interface ShapeOptions {
  backend: BackendName
  /** Further environment of the process that plays the manager. */
  env?: Record<string, string>
}

/** A running product, however many processes it is. */
export interface Shape extends AsyncDisposable {
  readonly name: ShapeName
  /** The manager's and the webserver's base URLs. */
  readonly endpoint: string
  readonly web: string
  readonly accessKey: string
  readonly secretKey: string
  /** The first administrator's. */
  readonly email: string
  readonly password: string
  /** The manager's data directory. */
  readonly dataDir: string
  /** Each role's own data directory; `up` has one for all. */
  readonly dataDirs: Readonly<Record<ShapeRole, string>>
  /** Where sessions are written down: a file of SQLite, or a URL of PostgreSQL. */
  readonly store: string
  /** DOCKER_HOST of the engine that runs the kernels; null for native processes. */
  readonly dockerHost: string | null
  /** Ports that kernels get, both ends included. */
  readonly kernelPorts: readonly [first: number, last: number]
  /** `up` has the same number for every role. */
  readonly pids: Readonly<Record<ShapeRole, number>>
  /** What every role wrote, for the message of a failed test. */
  logs(): string
  /** SIGKILL of the process that plays the role; resolves when it is gone. */
  kill(role: ShapeRole): Promise<void>
  /** Starts it anew on the same data, configuration and ports; resolves when it says that it is ready. */
  restart(role: ShapeRole): Promise<void>
  /** Starts it anew and kills it after so many milliseconds, ready or not. */
  stumble(role: ShapeRole, afterMs: number): Promise<void>
}

/**
 * Starts the built executable as one process (`up`) or as one process per role on PostgreSQL and Redis (`cluster`).
 * Disposing ends sessions and processes, and fails when a process, a container or a directory is left behind.
 */
export async function startShape(name: ShapeName, options: ShapeOptions): Promise<Shape> {
  if (name === 'up') return (await import('./shape/up.ts')).startUpShape(options)
  return (await import('./shape/cluster.ts')).startClusterShape(options)
}
