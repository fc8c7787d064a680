import type { Logger } from '../../lib/logger.ts'
import { isTerminalSize, LinkStream } from '../../wire/runner-link/link-stream.ts'
import type { RunnerFrame } from '../../wire/runner-protocol.ts'
import { Terminal, type TerminalHost } from './terminal.ts'

/** The streams that the agent opened: terminals and connections to ports. They end with the link. */
export class StreamHub {
  readonly #streams = new Map<number, LinkStream>()
  readonly #send: (frame: RunnerFrame) => void
  readonly #host: TerminalHost
  readonly #log: Logger

  constructor(send: (frame: RunnerFrame) => void, host: TerminalHost, log: Logger) {
    this.#send = send
    this.#host = host
    this.#log = log
  }

  /** False when the frame is not one of a stream. */
  take(frame: RunnerFrame): boolean {
    if (frame.kind === 'open') {
      this.#open(frame)
      return true
    }
    if (!('stream' in frame)) return false
    this.#streams.get(frame.stream)?.take(frame)
    return true
  }

  linkLost(): void {
    for (const stream of [...this.#streams.values()]) stream.broken()
    this.#streams.clear()
  }

  #open(frame: Extract<RunnerFrame, { kind: 'open' }>): void {
    const stream = new LinkStream({
      id: frame.stream,
      send: this.#send,
      onClosed: () => this.#streams.delete(frame.stream),
    })
    this.#streams.set(frame.stream, stream)
    let done: Promise<void>
    if (frame.what === 'pty') {
      const rows = isTerminalSize(frame.rows) ? frame.rows : 24
      const cols = isTerminalSize(frame.cols) ? frame.cols : 80
      done = Promise.try(() => new Terminal(this.#host, stream, rows, cols).serve())
    } else {
      done = import('./connection.ts').then(({ openConnection }) => openConnection(frame.port, stream))
    }
    done.then(
      () => stream.end(),
      (error: unknown) => {
        this.#log.debug({ error: String(error) }, 'a stream broke')
        stream.abort(error instanceof Error ? error.message : String(error))
      },
    )
  }
}
