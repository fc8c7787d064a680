import type { AgentStream } from '../agent-link.ts'
import type { RunnerFrame } from '../runner-protocol.ts'

/** Bytes that may be under way in one direction of a stream before the receiver has taken them. */
export const STREAM_WINDOW = 256 * 1024
const LARGEST_DATA = 64 * 1024

export interface LinkStreamOptions {
  id: number
  send(frame: RunnerFrame): void
  /** Both sides are done with it, or it broke. */
  onClosed(): void
}

/**
 * One two-way byte stream inside a runner link, the same at both ends: each direction has a window of
 * `STREAM_WINDOW` bytes that reading gives back, so a slow reader holds up its writer and nobody else.
 */
export class LinkStream implements AgentStream {
  readonly #options: LinkStreamOptions
  #credit = STREAM_WINDOW
  #creditWaiters: (() => void)[] = []
  #inbox: Uint8Array[] = []
  #reader: (() => void) | null = null
  #remoteEnded = false
  #localEnded = false
  #closed = false
  #error: Error | null = null
  #controls: unknown[] = []
  #onControl: ((value: unknown) => void) | null = null

  constructor(options: LinkStreamOptions) {
    this.#options = options
  }

  /** Both directions are over. */
  get isClosed(): boolean {
    return this.#closed
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      while (this.#credit === 0 && !this.#closed) {
        await new Promise<void>((resolve) => this.#creditWaiters.push(resolve))
      }
      if (this.#closed || this.#localEnded) throw this.#error ?? new Error('the stream is closed')
      const size = Math.min(rest.length, this.#credit, LARGEST_DATA)
      this.#credit -= size
      this.#options.send({ kind: 'data', stream: this.#options.id, data: rest.subarray(0, size) })
      rest = rest.subarray(size)
    }
  }

  /** `{resize: {rows, cols}}`; anything else means nothing to a kernel and is refused. */
  control(value: unknown): void {
    const size = readResize(value)
    if (!size) throw new Error('the only control value is {resize: {rows, cols}}')
    if (!this.#closed) this.#options.send({ kind: 'resize', stream: this.#options.id, ...size })
  }

  onControl(listener: (value: unknown) => void): void {
    this.#onControl = listener
    for (const value of this.#controls.splice(0)) listener(value)
  }

  readonly chunks: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => this.#read() }

  end(): void {
    if (this.#closed || this.#localEnded) return
    this.#localEnded = true
    this.#options.send({ kind: 'data', stream: this.#options.id, data: null })
    if (this.#remoteEnded) this.#close(null)
  }

  /** Ends both directions at once and tells the other side. */
  abort(error?: string): void {
    if (this.#closed) return
    this.#options.send({
      kind: 'closed',
      stream: this.#options.id,
      ...(error === undefined ? {} : { error }),
    })
    this.#close(null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
  }

  /** A frame of this stream came in. */
  take(frame: RunnerFrame): void {
    if (this.#closed) return
    if (frame.kind === 'data') this.#takeData(frame.data)
    else if (frame.kind === 'credit') this.#takeCredit(frame.bytes)
    else if (frame.kind === 'resize') this.#takeControl({ resize: { rows: frame.rows, cols: frame.cols } })
    else if (frame.kind === 'closed') this.#close(frame.error === undefined ? null : new Error(frame.error))
  }

  /** The link went away. */
  broken(): void {
    this.#close(new Error('the runner link was lost'))
  }

  #takeControl(value: unknown): void {
    if (this.#onControl) this.#onControl(value)
    // Of the sizes that nobody has asked for yet only the newest matters.
    else this.#controls = [value]
  }

  #takeData(data: Uint8Array | null): void {
    if (data === null) this.#remoteEnded = true
    // Chunks of a socket are only lent.
    else this.#inbox.push(Uint8Array.from(data))
    this.#reader?.()
    if (this.#remoteEnded && this.#localEnded) this.#close(null)
  }

  #takeCredit(bytes: number): void {
    this.#credit = Math.min(STREAM_WINDOW, this.#credit + Math.max(0, bytes))
    const waiters = this.#creditWaiters
    this.#creditWaiters = []
    for (const wake of waiters) wake()
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    while (true) {
      const chunk = this.#inbox.shift()
      if (chunk) {
        yield chunk
        if (!this.#closed) {
          this.#options.send({ kind: 'credit', stream: this.#options.id, bytes: chunk.length })
        }
        continue
      }
      if (this.#error) throw this.#error
      if (this.#remoteEnded || this.#closed) return
      await new Promise<void>((resolve) => {
        this.#reader = resolve
      })
      this.#reader = null
    }
  }

  #close(error: Error | null): void {
    if (this.#closed) return
    this.#closed = true
    this.#error = error
    this.#takeCredit(0)
    this.#reader?.()
    this.#options.onClosed()
  }
}

/** The new size in a control value `{resize: {rows, cols}}`, null when it is something else. */
export function readResize(value: unknown): { rows: number; cols: number } | null {
  if (typeof value !== 'object' || value === null) return null
  const resize: unknown = Reflect.get(value, 'resize')
  if (typeof resize !== 'object' || resize === null) return null
  const rows: unknown = Reflect.get(resize, 'rows')
  const cols: unknown = Reflect.get(resize, 'cols')
  if (!isTerminalSize(rows) || !isTerminalSize(cols)) return null
  return { rows, cols }
}

/** Rows or columns that a terminal can have. */
export function isTerminalSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 4096
}
