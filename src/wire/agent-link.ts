import type { AgentHeartbeat, AgentHello, AgentMethods, AgentReport, AgentStreams } from './agent-rpc.ts'

/** A call that failed on the agent; `kind` is its error's name there. */
export class AgentCallError extends Error {
  readonly kind: string
  constructor(kind: string, message: string) {
    super(message)
    this.name = 'AgentCallError'
    this.kind = kind
  }
}
/** The agent is not connected to this process, or went away, or did not answer in time; it may have acted. */
export class AgentUnreachableError extends Error {
  constructor(agentId: string, message: string, options?: ErrorOptions) {
    super(`agent ${agentId}: ${message}`, options)
    this.name = 'AgentUnreachableError'
  }
}

export interface AgentStream extends AsyncDisposable {
  /** Resolves when the other side has room again. */
  write(chunk: Uint8Array): Promise<void>
  /** Tells the other side something beside the bytes, e.g. a new terminal size. */
  control(value: unknown): void
  /** Takes what the other side's `control` says; values from before are delivered at once. */
  onControl(listener: (value: unknown) => void): void
  /** Chunks until the other side ends; throws when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>
  end(): void
}

export interface AgentLinkHandlers {
  /** The agent connected or its facts changed; a throw refuses it. */
  hello(hello: AgentHello): Promise<void>
  heartbeat(beat: AgentHeartbeat): Promise<void>
  /** Resolving acknowledges; a throw has the agent send it again. Idempotent: it may arrive twice. */
  report(agentId: string, reportId: string, report: AgentReport): Promise<void>
  disconnected(agentId: string): void
}

export interface CallOptions {
  /** Default 30 s. */
  timeoutMs?: number
  signal?: AbortSignal
}

/** The manager's end of the agent link port (drivers: direct, zeromq). */
export interface AgentLink extends AsyncDisposable {
  listen(handlers: AgentLinkHandlers): Promise<void>
  /** Agents connected to this process. */
  connected(): string[]
  call<M extends keyof AgentMethods>(
    agentId: string,
    method: M,
    args: Parameters<AgentMethods[M]>[0],
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<AgentMethods[M]>>>
  openStream<S extends keyof AgentStreams>(
    agentId: string,
    kind: S,
    args: AgentStreams[S],
  ): Promise<AgentStream>
}

export interface AgentServing {
  methods: AgentMethods
  stream<S extends keyof AgentStreams>(kind: S, args: AgentStreams[S], stream: AgentStream): Promise<void>
  /** The newest facts, asked for at each (re)connection. */
  hello(): AgentHello
}

/** The agent's end. It dials every manager it knows and reconnects by itself for ever. */
export interface ManagerLink extends AsyncDisposable {
  serve(serving: AgentServing): Promise<void>
  /** Tells all managers that the facts of hello changed. */
  announce(): void
  heartbeat(beat: AgentHeartbeat): void
  /** Resolves when one manager has stored it; retried until then. Reports of one kernel keep their order. */
  report(reportId: string, report: AgentReport): Promise<void>
  readonly isConnected: boolean
}
