import { Problem } from '../../core/problem.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentServing, ManagerLink } from '../agent-link.ts'
import type { AgentHeartbeat, AgentReport, AgentStreams } from '../agent-rpc.ts'
import { decodeFrame, encodeFrame, type FromAgent, type FromManager, LINK_PROTOCOL } from './frames.ts'
import { ReportQueue } from './report-queue.ts'
import { LinkStream } from './stream.ts'
import { type ClientTransport, DEFAULT_TIMING, type LinkTiming } from './transport.ts'

export interface AgentEndOptions {
  /** One for each manager. */
  transports: readonly ClientTransport[]
  secret: string
  clock: Clock
  log: Logger
  timing?: LinkTiming
}

/** The agent's end of the agent link: dials every manager and reconnects for ever. */
export class AgentEnd implements ManagerLink {
  private readonly timing: LinkTiming
  private readonly connections: Connection[]
  private readonly reports: ReportQueue
  private timer: ReturnType<typeof setInterval> | null = null

  constructor(options: AgentEndOptions) {
    this.timing = options.timing ?? DEFAULT_TIMING
    this.reports = new ReportQueue(this.timing.resendAfterMs, options.clock, (id, report) =>
      this.sendReport(id, report),
    )
    this.connections = options.transports.map((transport) => new Connection(transport, options, this.reports))
  }

  get isConnected(): boolean {
    return this.connections.some((connection) => connection.isUp)
  }

  async serve(serving: AgentServing): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.start(serving)))
    this.timer = setInterval(() => {
      for (const connection of this.connections) connection.tick(this.timing.goneAfterMs)
      this.reports.resendOverdue()
    }, this.timing.pingEveryMs)
  }

  announce(): void {
    for (const connection of this.connections) connection.hello()
  }

  heartbeat(beat: AgentHeartbeat): void {
    for (const connection of this.connections)
      if (connection.isUp) connection.send({ kind: 'heartbeat', beat })
  }

  report(reportId: string, report: AgentReport): Promise<void> {
    return this.reports.add(reportId, report)
  }

  private sendReport(id: string, report: AgentReport): void {
    this.connections.find((connection) => connection.isUp)?.send({ kind: 'report', id, report })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.timer) clearInterval(this.timer)
    for (const connection of this.connections) await connection[Symbol.asyncDispose]()
  }
}

/** The conversation with one manager. */
class Connection implements AsyncDisposable {
  isUp = false
  private readonly transport: ClientTransport
  private readonly options: AgentEndOptions
  private readonly reports: ReportQueue
  private readonly streams = new Map<number, LinkStream>()
  private serving: AgentServing | null = null
  private lastHeard = 0

  constructor(transport: ClientTransport, options: AgentEndOptions, reports: ReportQueue) {
    this.transport = transport
    this.options = options
    this.reports = reports
  }

  async start(serving: AgentServing): Promise<void> {
    this.serving = serving
    await this.transport.start((bytes) => this.take(decodeFrame<FromManager>(bytes)))
    this.hello()
  }

  hello(): void {
    if (!this.serving) return
    const { secret } = this.options
    this.send({ kind: 'hello', protocol: LINK_PROTOCOL, secret, hello: this.serving.hello() })
  }

  send(frame: FromAgent): void {
    this.transport.send(encodeFrame(frame))
  }

  tick(goneAfterMs: number): void {
    if (this.isUp && this.options.clock.now() - this.lastHeard > goneAfterMs)
      this.lose('the manager went silent')
    if (this.isUp) this.send({ kind: 'ping' })
    else this.hello()
  }

  private lose(reason: string): void {
    this.isUp = false
    this.options.log.warn({ manager: this.transport.address, reason }, 'manager lost')
    for (const stream of [...this.streams.values()]) stream.abandon(new Error(reason))
  }

  private take(frame: FromManager): void {
    this.lastHeard = this.options.clock.now()
    switch (frame.kind) {
      case 'welcome':
        if (!this.isUp) this.options.log.info({ manager: this.transport.address }, 'manager connected')
        this.isUp = true
        this.reports.resendAll()
        return
      case 'refused':
        this.isUp = false
        this.options.log.error(
          { manager: this.transport.address, reason: frame.reason },
          'manager refused us',
        )
        return
      case 'who':
        this.isUp = false
        this.hello()
        return
      case 'pong':
        return
      case 'ack':
        this.reports.acknowledge(frame.id)
        return
      case 'nack':
        this.options.log.warn({ report: frame.id, reason: frame.reason }, 'report not taken, will send again')
        return
      case 'call':
        void this.answer(frame.call, frame.method, frame.args)
        return
      case 'open':
        void this.open(frame.stream, frame.what, frame.args)
        return
      default:
        this.streams.get(frame.stream)?.take(frame)
    }
  }

  private async answer(call: number, method: string, args: unknown): Promise<void> {
    try {
      const methods = this.serving?.methods as unknown as Record<string, (args: unknown) => Promise<unknown>>
      const handler = Object.hasOwn(methods, method) ? methods[method] : undefined
      if (!handler) throw new Error(`this agent does not know "${method}"`)
      this.send({ kind: 'result', call, ok: true, value: await handler(args) })
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      const kind = error instanceof Problem ? error.kind : name
      this.send({ kind: 'result', call, ok: false, error: { name: kind, message } })
    }
  }

  private async open(id: number, what: string, args: unknown): Promise<void> {
    const stream = new LinkStream({
      id,
      send: (frame) => this.send(frame),
      onClosed: () => this.streams.delete(id),
    })
    this.streams.set(id, stream)
    try {
      await this.serving?.stream(what as keyof AgentStreams, args as AgentStreams[keyof AgentStreams], stream)
      await stream[Symbol.asyncDispose]()
    } catch (error) {
      stream.fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of [...this.streams.values()]) stream.abandon(new Error('the agent stops'))
    await this.transport[Symbol.asyncDispose]()
  }
}
