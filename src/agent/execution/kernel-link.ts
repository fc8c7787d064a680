import { isProblemKind, Problem, type ProblemKind } from '../../core/problem.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AgentStream, CallOptions } from '../../wire/agent-link.ts'
import type { ExecutionResult } from '../../wire/agent-rpc.ts'
import type { FrameSocket } from '../../wire/runner-link/frame-socket.ts'
import { LinkStream } from '../../wire/runner-link/link-stream.ts'
import type { RunnerCommand, RunnerFrame, RunnerHello, RunnerMethods } from '../../wire/runner-protocol.ts'
import type {
  ExecuteRequest,
  KernelLink,
  KernelStreamTarget,
  OpenKernelLinkOptions,
} from './kernel-link-types.ts'
import { RunQueue } from './run-queue.ts'
import { listenForRunner } from './runner-listener.ts'

export type { OpenKernelLinkOptions } from './kernel-link-types.ts'

const CALL_TIMEOUT_MS = 10_000

interface PendingCall {
  frame: RunnerFrame
  settle: PromiseWithResolvers<unknown>
}

export type OpenKernelLink = (options: OpenKernelLinkOptions) => Promise<KernelLink>

/** Listens on `<dir>/runner.sock` for the runner of one kernel. */
export async function openKernelLink(options: OpenKernelLinkOptions): Promise<KernelLink> {
  return new RunnerLink(options)
}

class RunnerLink implements KernelLink {
  readonly kernelId: string
  readonly #clock: Clock
  readonly #runs: RunQueue
  readonly #listener: AsyncDisposable
  readonly #commands = new Map<number, { command: RunnerCommand; accepted: (() => void) | null }>()
  readonly #calls = new Map<number, PendingCall>()
  readonly #streams = new Map<number, LinkStream>()
  readonly #onDisconnect = new Set<() => void>()
  readonly #onConnect = new Set<(hello: RunnerHello) => void>()
  readonly #closing = new AbortController()
  #socket: FrameSocket | null = null
  #nextCommand = 1
  #nextId = 1
  hello: RunnerHello | null = null

  constructor(options: OpenKernelLinkOptions) {
    this.kernelId = options.kernelId
    this.#clock = options.clock
    this.#runs = new RunQueue({
      send: (command) => this.#command(command, null),
      ack: (runId, seq, chars) => this.#socket?.send({ kind: 'ack', runId, seq, chars }),
      knownRuns: async (signal) => (await this.call('status', {}, { signal })).known,
    })
    this.#listener = listenForRunner({
      ...options,
      epoch: crypto.randomUUID(),
      accepted: (hello, socket) => this.#accepted(hello, socket),
      frame: (frame, socket) => {
        if (socket === this.#socket) this.#take(frame)
      },
      closed: (socket) => {
        if (socket === this.#socket) this.#lost()
      },
    })
  }

  get isConnected(): boolean {
    return this.#socket !== null
  }

  ready(signal: AbortSignal): Promise<RunnerHello> {
    const { promise, resolve, reject } = Promise.withResolvers<RunnerHello>()
    const stop = AbortSignal.any([signal, this.#closing.signal])
    if (this.#socket && this.hello) resolve(this.hello)
    else if (stop.aborted) reject(stop.reason)
    else {
      const fail = () => reject(stop.reason)
      const listening = this.onConnect((hello) => resolve(hello))
      stop.addEventListener('abort', fail, { once: true })
      promise
        .catch(() => undefined)
        .finally(() => {
          listening[Symbol.dispose]()
          stop.removeEventListener('abort', fail)
        })
    }
    return promise
  }

  execute(request: ExecuteRequest, signal?: AbortSignal): Promise<ExecutionResult> {
    return this.#runs.execute(request, signal)
  }

  async interrupt(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#command({ type: 'interrupt' }, resolve)
    await this.#within(promise, CALL_TIMEOUT_MS, undefined)
  }

  notify(type: string, data: unknown): void {
    this.#command({ type: 'event', payload: { type, data } }, null)
  }

  async call<M extends keyof RunnerMethods>(
    method: M,
    args: Parameters<RunnerMethods[M]>[0],
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<RunnerMethods[M]>>> {
    const id = this.#nextId
    this.#nextId += 1
    const settle = Promise.withResolvers<unknown>()
    const frame: RunnerFrame = { kind: 'call', id, method, args }
    // Sent now, or with the next connection: every method may be asked twice.
    this.#calls.set(id, { frame, settle })
    this.#socket?.send(frame)
    try {
      const value = await this.#within(settle.promise, options.timeoutMs ?? CALL_TIMEOUT_MS, options.signal)
      return value as Awaited<ReturnType<RunnerMethods[M]>>
    } finally {
      this.#calls.delete(id)
    }
  }

  async openStream(target: KernelStreamTarget): Promise<AgentStream> {
    await this.#within(this.ready(this.#closing.signal), CALL_TIMEOUT_MS, undefined)
    const id = this.#nextId
    this.#nextId += 1
    const stream = new LinkStream({
      id,
      send: (frame) => this.#socket?.send(frame),
      onClosed: () => this.#streams.delete(id),
    })
    this.#streams.set(id, stream)
    this.#socket?.send({ kind: 'open', stream: id, ...target })
    return stream
  }

  onDisconnect(listener: () => void): Disposable {
    this.#onDisconnect.add(listener)
    return { [Symbol.dispose]: () => this.#onDisconnect.delete(listener) }
  }

  onConnect(listener: (hello: RunnerHello) => void): Disposable {
    this.#onConnect.add(listener)
    return { [Symbol.dispose]: () => this.#onConnect.delete(listener) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(new Problem('service-unavailable', { msg: `The kernel ${this.kernelId} is closed.` }))
    this.#runs.close()
    await this.#listener[Symbol.asyncDispose]()
  }

  #accepted(hello: RunnerHello, socket: FrameSocket): void {
    const previous = this.#socket
    if (previous) this.#lost()
    this.#socket = socket
    previous?.close(null)
    this.hello = hello
    for (const [seq, { command }] of this.#commands) socket.send({ kind: 'command', seq, command })
    for (const { frame } of this.#calls.values()) socket.send(frame)
    for (const listener of [...this.#onConnect]) listener(hello)
  }

  #lost(): void {
    this.#socket = null
    for (const stream of [...this.#streams.values()]) stream.broken()
    this.#streams.clear()
    for (const listener of [...this.#onDisconnect]) listener()
  }

  #command(command: RunnerCommand, accepted: (() => void) | null): void {
    const seq = this.#nextCommand
    this.#nextCommand += 1
    this.#commands.set(seq, { command, accepted })
    this.#socket?.send({ kind: 'command', seq, command })
  }

  #take(frame: RunnerFrame): void {
    if (frame.kind === 'message') this.#runs.push(frame.runId, frame.seq, frame.message)
    else if (frame.kind === 'accepted') {
      this.#commands.get(frame.seq)?.accepted?.()
      this.#commands.delete(frame.seq)
    } else if (frame.kind === 'result') {
      const settle = this.#calls.get(frame.id)?.settle
      if (frame.ok) settle?.resolve(frame.value)
      else settle?.reject(problemOf(frame.error))
    } else if ('stream' in frame && frame.kind !== 'open') this.#streams.get(frame.stream)?.take(frame)
  }

  async #within<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
    const stop = new AbortController()
    const signals = [stop.signal, this.#closing.signal, ...(signal ? [signal] : [])]
    const timeUp = this.#clock.sleep(timeoutMs, AbortSignal.any(signals)).then((): never => {
      throw new Problem('service-unavailable', {
        msg: `The kernel ${this.kernelId} did not answer within ${timeoutMs} ms.`,
      })
    })
    try {
      return await Promise.race([work, timeUp])
    } finally {
      stop.abort()
      timeUp.catch(() => undefined)
      work.catch(() => undefined)
    }
  }
}

function problemOf(error: { name: string; message: string }): Problem {
  const kind: ProblemKind = isProblemKind(error.name) ? error.name : 'kernel-execution-failed'
  return new Problem(kind, { msg: error.message })
}
