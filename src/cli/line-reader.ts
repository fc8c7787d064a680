import type { Readable } from 'node:stream'

/** Lines of a byte stream, read only as far as they are asked for. */
export class LineReader {
  readonly #stream: Readable
  #rest = ''
  #isEnded = false
  #wake: () => void = () => {}
  #isListening = false
  #interruption: Error | null = null

  constructor(stream: Readable) {
    this.#stream = stream
  }

  /** The next line without its end, or null at the end of input. */
  async next(): Promise<string | null> {
    while (true) {
      const end = this.#rest.indexOf('\n')
      if (end >= 0) return this.#take(end, end + 1).replace(/\r$/, '')
      if (this.#isEnded) return this.#rest === '' ? null : this.#take(this.#rest.length, this.#rest.length)
      await this.#more()
    }
  }

  /** Whoever waits for input, now or later, gets this error. */
  interrupt(error: Error): void {
    this.#interruption = error
    this.#wake()
  }

  async all(): Promise<string> {
    while (!this.#isEnded) await this.#more()
    return this.#take(this.#rest.length, this.#rest.length)
  }

  #take(length: number, skip: number): string {
    const taken = this.#rest.slice(0, length)
    this.#rest = this.#rest.slice(skip)
    return taken
  }

  async #more(): Promise<void> {
    if (this.#interruption) throw this.#interruption
    this.#listen()
    const arrived = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#stream.resume()
    await arrived
    this.#stream.pause()
    if (this.#interruption) throw this.#interruption
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    const decoder = new TextDecoder()
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#rest += decoder.decode(chunk, { stream: true })
      this.#wake()
    })
    const onEnd = () => {
      this.#isEnded = true
      this.#wake()
    }
    this.#stream.on('end', onEnd).on('close', onEnd).on('error', onEnd)
  }
}
