/** How code is run (client-wire.md §3.1). */
export interface ExecuteRequest {
  mode: 'query' | 'batch'
  /** The snippet of a query; empty in batch mode. */
  code?: string
  /** Batch commands; `*` takes the image's own, null skips the step. */
  options?: BatchCommands
}

export interface BatchCommands {
  clean?: string | null
  build?: string | null
  buildLog?: boolean
  exec?: string | null
}

export type ExecutionStatus =
  | 'continued'
  | 'clean-finished'
  | 'build-finished'
  | 'waiting-input'
  | 'finished'
  | 'exec-timeout'
  | 'error'
  | 'server-restarting'

/** `['stdout', text]`, `['stderr', text]`, `['media', [mime, data]]`, `['html', text]`, `['log', text]`. */
export type ConsoleItem = readonly [type: string, value: unknown]

export interface OutputFile {
  /** Relative to the folder. */
  name: string
  /** Where it can be fetched for an hour, as long as the session lives, without a signature. */
  url: string
}

export interface ExecutionResult {
  status: ExecutionStatus
  /** Absent on sockets: the socket is the run. */
  runId?: string
  exitCode: number | null
  console: readonly ConsoleItem[]
  /** Of `waiting-input`: `is_password`. */
  options: { is_password?: boolean } | null
  /** With the end: what the run has left in `/home/work/.output`. */
  files: readonly OutputFile[] | null
  /** Of `error` and `server-restarting`. */
  msg?: string
}

/** After these nothing more comes. */
export const isFinal = (result: ExecutionResult): boolean =>
  result.status === 'finished' || result.status === 'exec-timeout' || result.status === 'error'
