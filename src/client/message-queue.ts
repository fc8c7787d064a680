/** Messages of a socket that arrived and are not read yet. */
export class MessageQueue implements AsyncIterable<string | Uint8Array> {
  readonly #waiting: (string | Uint8Array)[] = []
  #isEnded = false
  #wake: () => void = () => {}

  add(message: string | Uint8Array): void {
    this.#waiting.push(message)
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
