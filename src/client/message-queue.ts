/** Told when messages arrive faster than they are read, and when there is room again. */
export interface QueueFlow {
  full(): void
  drained(): void
}

const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** Messages of a socket that arrived and are not read yet. */
export class MessageQueue implements AsyncIterable<string | Uint8Array> {
  readonly #waiting: (string | Uint8Array)[] = []
  readonly #flow: QueueFlow | null
  #bytes = 0
  #isFull = false
  #isEnded = false
  #wake: () => void = () => {}

  /** @param flow absent where the socket cannot be paused */
  constructor(flow: QueueFlow | null = null) {
    this.#flow = flow
  }

  add(message: string | Uint8Array): void {
    this.#waiting.push(message)
    this.#bytes += message.length
    if (this.#bytes > MAX_WAITING_BYTES && !this.#isFull) {
      this.#isFull = true
      this.#flow?.full()
    }
    this.#wake()
  }

  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array> {
    while (true) {
      const message = this.#waiting.shift()
      if (message !== undefined) {
        this.#bytes -= message.length
        if (this.#isFull && this.#bytes <= MAX_WAITING_BYTES / 2) {
          this.#isFull = false
          this.#flow?.drained()
        }
        yield message
        continue
      }
      if (this.#isEnded) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
