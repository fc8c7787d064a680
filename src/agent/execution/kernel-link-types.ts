import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentStream, CallOptions } from '../../wire/agent-link.ts'
import type { BatchOptions, ExecuteMode, ExecutionResult } from '../../wire/agent-rpc.ts'
import type { RunnerHello, RunnerMethods } from '../../wire/runner-protocol.ts'

/** One execute call of the manager, without the kernel's id. */
export interface ExecuteRequest {
  runId: string
  mode: ExecuteMode
  code: string
  options: BatchOptions | null
  /** Milliseconds of collecting before the answer is `continued`. */
  flushTimeoutMs: number
  /** Characters per stream and answer; what is over comes with the next call. */
  maxChars: number
}

/** What to open in the kernel as a two-way byte stream; the agent passes the manager's stream arguments on. */
export type KernelStreamTarget = { what: 'pty'; rows: number; cols: number } | { what: 'tcp'; port: number }

/**
 * The agent's end of one kernel's runner link. It listens for the runner, which dials and redials by itself, so a
 * lost connection heals without help; calls made meanwhile wait for it within their own time limits.
 */
export interface KernelLink extends AsyncDisposable {
  readonly kernelId: string
  readonly isConnected: boolean
  /** The newest hello of the runner, null before the first. */
  readonly hello: RunnerHello | null
  /** Resolves once a runner is connected (at once when it is); rejects with the signal's reason or on close. */
  ready(signal: AbortSignal): Promise<RunnerHello>
  /** Collects output of the run until something is to be told; see `ExecutionResult`. Safe to deliver twice. */
  execute(request: ExecuteRequest, signal?: AbortSignal): Promise<ExecutionResult>
  /** SIGINT to what runs; resolves when the runner has taken it. */
  interrupt(): Promise<void>
  /** One call with an answer; 10 s unless told. Errors of the runner come as `Problem`. */
  call<M extends keyof RunnerMethods>(
    method: M,
    args: Parameters<RunnerMethods[M]>[0],
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<RunnerMethods[M]>>>
  /** A terminal or a TCP connection inside the kernel. Control value of a terminal: `{resize: {rows, cols}}`. */
  openStream(target: KernelStreamTarget): Promise<AgentStream>
  /** Tells the runner of something that happened to the kernel, e.g. `oom`; it logs it. */
  notify(type: string, data: unknown): void
  onDisconnect(listener: () => void): Disposable
  /** Called for the first connection too. */
  onConnect(listener: (hello: RunnerHello) => void): Disposable
}

export interface KernelLinkOptions {
  /** Folder mounted into the kernel; `runner.sock` is made in it. */
  dir: string
  kernelId: string
  /** What the runner must say in its hello. */
  token: string
  /** Owner of the socket, when this process is root: the uid that the runner itself runs as. */
  owner?: { uid: number; gid: number }
}

export interface OpenKernelLinkOptions extends KernelLinkOptions {
  log: Logger
  clock: Clock
}
