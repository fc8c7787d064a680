import type { AgentStream } from '../agent-link.ts'
import type { StreamFrame } from './frames.ts'

/** Bytes that may be under way in one direction before the reader has taken them. */
const WINDOW = 512 * 1024

/** One end of a flow-controlled byte stream; frames of it come in through `take`. */
export class LinkStream implements AgentStream {
  readonly chunks: AsyncIterable<Uint8Array>
  private readonly id: number
  private readonly send: (frame: StreamFrame) => void
  private controlListener: ((value: unknown) => void) | null = null
  private readonly earlyControls: unknown[] = []
  private readonly onClosed: () => void
  private readonly received: Uint8Array[] = []
  private wakeReader: (() => void) | null = null
  private wakeWriter: (() => void) | null = null
  private credit = WINDOW
  private nextSeq = 0
  private expectedSeq = 0
  private peerEnded = false
  private closed = false
  private failure: Error | null = null

  constructor(options: {
    id: number
    send: (frame: StreamFrame) => void
    onClosed: () => void
  }) {
    this.id = options.id
    this.send = options.send
    this.onClosed = options.onClosed
    this.chunks = { [Symbol.asyncIterator]: () => this.read() }
  }

  private async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.received.shift()
      if (chunk) {
        if (!this.closed) this.send({ kind: 'credit', stream: this.id, bytes: chunk.byteLength })
        yield chunk
        continue
      }
      if (this.failure) throw this.failure
      if (this.peerEnded || this.closed) return
      const { promise, resolve } = Promise.withResolvers<void>()
      this.wakeReader = resolve
      await promise
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    while (this.credit <= 0 && !this.closed) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.wakeWriter = resolve
      await promise
    }
    if (this.failure) throw this.failure
    if (this.closed) throw new Error('the stream is closed')
    this.credit -= chunk.byteLength
    this.send({ kind: 'data', stream: this.id, seq: this.nextSeq++, data: chunk })
  }

  control(value: unknown): void {
    if (!this.closed) this.send({ kind: 'control', stream: this.id, value })
  }

  onControl(listener: (value: unknown) => void): void {
    this.controlListener = listener
    for (const value of this.earlyControls.splice(0)) listener(value)
  }

  end(): void {
    if (!this.closed) this.send({ kind: 'end', stream: this.id })
  }

  take(frame: StreamFrame): void {
    switch (frame.kind) {
      case 'data':
        if (frame.seq !== this.expectedSeq) {
          this.fail(new Error('data was lost on the way'))
          return
        }
        this.expectedSeq += 1
        this.received.push(frame.data)
        break
      case 'credit':
        this.credit += frame.bytes
        this.wakeWriter?.()
        return
      case 'control':
        if (this.controlListener) this.controlListener(frame.value)
        else this.earlyControls.push(frame.value)
        return
      case 'end':
        this.peerEnded = true
        break
      case 'closed':
        if (frame.error) this.failure = new Error(frame.error)
        this.shut()
        return
    }
    this.wakeReader?.()
  }

  /** Ends both directions with an error; the other end learns it. */
  fail(error: Error): void {
    if (this.closed) return
    this.failure = error
    this.send({ kind: 'closed', stream: this.id, error: error.message })
    this.shut()
  }

  /** The connection is gone: nobody is there to be told. */
  abandon(error: Error): void {
    this.failure ??= error
    this.shut()
  }

  private shut(): void {
    if (this.closed) return
    this.closed = true
    this.wakeReader?.()
    this.wakeWriter?.()
    this.onClosed()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return
    this.send({ kind: 'closed', stream: this.id, error: null })
    this.shut()
  }
}
