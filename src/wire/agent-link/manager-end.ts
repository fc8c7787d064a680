import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { sameText } from '../../lib/same-text.ts'
import {
  AgentCallError,
  type AgentLink,
  type AgentLinkHandlers,
  type AgentStream,
  AgentUnreachableError,
  type CallOptions,
} from '../agent-link.ts'
import type { AgentHello, AgentMethods, AgentStreams } from '../agent-rpc.ts'
import { decodeFrame, encodeFrame, type FromAgent, type FromManager, LINK_PROTOCOL } from './frames.ts'
import { LinkStream } from './stream.ts'
import { DEFAULT_TIMING, type LinkTiming, type ServerTransport } from './transport.ts'

const DEFAULT_CALL_TIMEOUT = 30_000

export interface ManagerEndOptions {
  transport: ServerTransport
  /** What an agent must know to be let in. */
  secret: string
  clock: Clock
  log: Logger
  timing?: LinkTiming
}

interface Peer {
  agentId: string
  lastSeen: number
}

interface PendingCall {
  agentId: string
  resolve(value: unknown): void
  reject(error: Error): void
}

/** The manager's end of the agent link, over any transport. */
export class ManagerEnd implements AgentLink {
  private readonly options: ManagerEndOptions
  private readonly timing: LinkTiming
  private readonly peers = new Map<string, Peer>()
  private readonly peerOf = new Map<string, string>()
  private readonly calls = new Map<number, PendingCall>()
  private readonly streams = new Map<number, { agentId: string; stream: LinkStream }>()
  private handlers: AgentLinkHandlers | null = null
  private sweeper: ReturnType<typeof setInterval> | null = null
  private nextId = 1

  constructor(options: ManagerEndOptions) {
    this.options = options
    this.timing = options.timing ?? DEFAULT_TIMING
  }

  async listen(handlers: AgentLinkHandlers): Promise<void> {
    this.handlers = handlers
    await this.options.transport.start((peer, bytes) => this.take(peer, decodeFrame<FromAgent>(bytes)))
    this.sweeper = setInterval(() => this.sweep(), this.timing.pingEveryMs)
  }

  connected(): string[] {
    return [...this.peerOf.keys()]
  }

  async call<M extends keyof AgentMethods>(
    agentId: string,
    method: M,
    args: Parameters<AgentMethods[M]>[0],
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<AgentMethods[M]>>> {
    const peer = this.peerFor(agentId)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = this.nextId++
    this.calls.set(id, { agentId, resolve, reject })
    const timeoutMs = options.timeoutMs ?? DEFAULT_CALL_TIMEOUT
    const timer = setTimeout(
      () => reject(new AgentUnreachableError(agentId, `${method}: no answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    const onAbort = () => reject(options.signal?.reason)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.send(peer, { kind: 'call', call: id, method, args })
      return (await promise) as Awaited<ReturnType<AgentMethods[M]>>
    } finally {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      this.calls.delete(id)
    }
  }

  async openStream<S extends keyof AgentStreams>(
    agentId: string,
    kind: S,
    args: AgentStreams[S],
  ): Promise<AgentStream> {
    const peer = this.peerFor(agentId)
    const id = this.nextId++
    const stream = new LinkStream({
      id,
      send: (frame) => this.send(peer, frame),
      onClosed: () => this.streams.delete(id),
    })
    this.streams.set(id, { agentId, stream })
    this.send(peer, { kind: 'open', stream: id, what: kind, args })
    return stream
  }

  private peerFor(agentId: string): string {
    const peer = this.peerOf.get(agentId)
    if (!peer) throw new AgentUnreachableError(agentId, 'not connected')
    return peer
  }

  private send(peer: string, frame: FromManager): void {
    this.options.transport.send(peer, encodeFrame(frame))
  }

  private take(peer: string, frame: FromAgent): void {
    if (frame.kind === 'hello') {
      void this.welcome(peer, frame)
      return
    }
    const known = this.peers.get(peer)
    if (!known) {
      this.send(peer, { kind: 'who' })
      return
    }
    known.lastSeen = this.options.clock.now()
    switch (frame.kind) {
      case 'ping':
        this.send(peer, { kind: 'pong' })
        return
      case 'heartbeat':
        this.guard('heartbeat', known.agentId, this.handlers?.heartbeat(frame.beat))
        return
      case 'report':
        void this.store(peer, known.agentId, frame)
        return
      case 'result':
        this.settle(frame)
        return
      default:
        this.streams.get(frame.stream)?.stream.take(frame)
    }
  }

  private async welcome(peer: string, frame: Extract<FromAgent, { kind: 'hello' }>): Promise<void> {
    const refusal = this.refusal(frame)
    if (refusal) {
      this.options.log.warn({ agentId: frame.hello?.agentId, reason: refusal }, 'agent refused')
      this.send(peer, { kind: 'refused', reason: refusal })
      return
    }
    const { hello } = frame
    try {
      await this.handlers?.hello(hello)
    } catch (error) {
      this.options.log.error({ agentId: hello.agentId, err: error }, 'agent hello failed')
      this.send(peer, { kind: 'refused', reason: messageOf(error) })
      return
    }
    this.adopt(peer, hello)
    this.send(peer, { kind: 'welcome', protocol: LINK_PROTOCOL })
  }

  private refusal(frame: Extract<FromAgent, { kind: 'hello' }>): string | null {
    if (frame.protocol !== LINK_PROTOCOL) {
      return `link protocol ${frame.protocol}, this manager speaks ${LINK_PROTOCOL}`
    }
    return typeof frame.secret === 'string' && sameText(frame.secret, this.options.secret)
      ? null
      : 'the join token is not valid here'
  }

  private adopt(peer: string, hello: AgentHello): void {
    const before = this.peerOf.get(hello.agentId)
    if (before && before !== peer) {
      this.peers.delete(before)
      this.breakOff(hello.agentId, 'the agent connected anew')
    }
    this.peers.set(peer, { agentId: hello.agentId, lastSeen: this.options.clock.now() })
    this.peerOf.set(hello.agentId, peer)
  }

  private async store(
    peer: string,
    agentId: string,
    frame: Extract<FromAgent, { kind: 'report' }>,
  ): Promise<void> {
    try {
      await this.handlers?.report(agentId, frame.id, frame.report)
      this.send(peer, { kind: 'ack', id: frame.id })
    } catch (error) {
      this.options.log.error({ agentId, report: frame.report.type, err: error }, 'report not stored')
      this.send(peer, { kind: 'nack', id: frame.id, reason: messageOf(error) })
    }
  }

  private settle(frame: Extract<FromAgent, { kind: 'result' }>): void {
    const pending = this.calls.get(frame.call)
    if (!pending) return
    if (frame.ok) pending.resolve(frame.value)
    else pending.reject(new AgentCallError(frame.error.name, frame.error.message))
  }

  private sweep(): void {
    const oldest = this.options.clock.now() - this.timing.goneAfterMs
    for (const [peer, { agentId, lastSeen }] of this.peers) {
      if (lastSeen >= oldest) continue
      this.peers.delete(peer)
      if (this.peerOf.get(agentId) === peer) this.peerOf.delete(agentId)
      this.breakOff(agentId, 'the connection went silent')
      this.handlers?.disconnected(agentId)
    }
  }

  private breakOff(agentId: string, reason: string): void {
    const error = new AgentUnreachableError(agentId, reason)
    for (const call of this.calls.values()) if (call.agentId === agentId) call.reject(error)
    for (const entry of [...this.streams.values()]) if (entry.agentId === agentId) entry.stream.abandon(error)
  }

  private guard(what: string, agentId: string, work: Promise<void> | undefined): void {
    work?.catch((error) => this.options.log.error({ agentId, err: error }, `${what} failed`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.sweeper) clearInterval(this.sweeper)
    for (const agentId of this.peerOf.keys()) this.breakOff(agentId, 'the manager stops')
    await this.options.transport[Symbol.asyncDispose]()
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
