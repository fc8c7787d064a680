import type { Socket } from 'bun'
import type { RunnerFrame } from '../runner-protocol.ts'
import { encodeFrame, FrameDecoder, MAX_FRAME_BYTES } from './frame-codec.ts'

export interface FrameSocketHandlers {
  frame(frame: RunnerFrame): void
  /** Once; `error` tells a broken frame or socket from an ordinary end. */
  closed(error: Error | null): void
}

/** Queued bytes above which `send` asks its caller to wait. */
const HIGH_WATER = 1024 * 1024

/**
 * Frames over one Bun socket. Frames of one tick leave in one write; what the socket does not take waits here, and
 * `drained` tells producers when to go on.
 */
export class FrameSocket {
  readonly #socket: Socket<unknown>
  readonly #handlers: FrameSocketHandlers
  readonly #decoder: FrameDecoder
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #flushScheduled = false
  #waiters: (() => void)[] = []
  #closed = false
  #ending = false
  #gone: (() => void) | null = null

  constructor(socket: Socket<unknown>, handlers: FrameSocketHandlers, frameLimit?: number) {
    this.#socket = socket
    this.#handlers = handlers
    this.#decoder = new FrameDecoder(frameLimit)
  }

  get isOpen(): boolean {
    return !this.#closed && !this.#ending
  }

  /** The peer is known now: larger frames are welcome. */
  liftLimit(): void {
    this.#decoder.limit = MAX_FRAME_BYTES
  }

  /** Queues the frame; true when more would only pile up (wait for `drained`). A closed socket drops it. */
  send(frame: RunnerFrame): boolean {
    if (!this.isOpen) return false
    const bytes = encodeFrame(frame)
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.length
    if (!this.#flushScheduled) {
      this.#flushScheduled = true
      queueMicrotask(() => this.flush())
    }
    return this.#queuedBytes > HIGH_WATER
  }

  /** Resolves when less than the high-water mark is queued, or the socket is closed. */
  async drained(): Promise<void> {
    while (!this.#closed && this.#queuedBytes > HIGH_WATER) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
  }

  /** Also the socket's `drain` handler. */
  flush(): void {
    this.#flushScheduled = false
    if (this.#closed) return
    while (this.#queue.length > 0) {
      const [first] = this.#queue
      const batch = this.#queue.length === 1 && first ? first : Buffer.concat(this.#queue)
      const taken = this.#socket.write(batch)
      if (taken < 0) {
        this.close(new Error('the socket is closed'))
        return
      }
      this.#queuedBytes -= taken
      this.#queue = taken < batch.length ? [batch.subarray(taken)] : []
      if (taken < batch.length) break
    }
    if (this.#queuedBytes <= HIGH_WATER) this.#wake()
  }

  /** The socket's `data` handler. */
  receive(chunk: Uint8Array): void {
    if (!this.isOpen) return
    try {
      this.#decoder.push(chunk, (frame) => {
        if (this.isOpen) this.#handlers.frame(frame)
      })
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /**
   * Sends what is queued, says that nothing follows, and waits for the peer to close: closing while the peer still
   * sends would throw away what it has not read. Frames that come in meanwhile are dropped.
   */
  async finish(limitMs: number): Promise<void> {
    if (this.#closed) return
    this.#ending = true
    this.flush()
    this.#socket.shutdown()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gone = resolve
    const timer = setTimeout(resolve, limitMs)
    await promise
    clearTimeout(timer)
    this.close(null)
  }

  close(error: Error | null): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#queuedBytes = 0
    this.#socket.end()
    this.#gone?.()
    this.#wake()
    this.#handlers.closed(error)
  }

  #wake(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }
}
