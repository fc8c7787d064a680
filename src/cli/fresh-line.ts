/**
 * Whether the line that a person sees is begun: what a status must end first, so that it has a line of its own.
 * Standard output counts only where it is seen beside standard error; a file or pipe of its own gets no byte.
 */
export class FreshLine {
  readonly #isShared: boolean
  #isBegun = false

  /** @param isShared both outputs end in the same terminal, file or pipe */
  constructor(isShared: boolean) {
    this.#isShared = isShared
  }

  wrote(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    if (data.length === 0 || (stream === 'stdout' && !this.#isShared)) return
    const last = typeof data === 'string' ? data.charCodeAt(data.length - 1) : data[data.length - 1]
    // The second is how the spinner leaves its line: emptied.
    this.#isBegun = last !== NEWLINE && !(typeof data === 'string' && data.endsWith('\r\u001B[K'))
  }

  /** The terminal has echoed the Enter key. */
  entered(): void {
    this.#isBegun = false
  }

  /** What ends the begun line on standard error. */
  get end(): '' | '\n' {
    return this.#isBegun ? '\n' : ''
  }
}

const NEWLINE = 10
