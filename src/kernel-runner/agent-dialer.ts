import type { FSWatcher } from 'node:fs'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { FrameSocket } from '../wire/runner-link/frame-socket.ts'
import { RUNNER_PROTOCOL, type RunnerFrame, type RunnerHello } from '../wire/runner-protocol.ts'

export interface AgentDialerOptions {
  socketPath: string
  hello(): RunnerHello
  log: Logger
  clock: Clock
}

/** Who serves the agent. */
export interface AgentHandlers {
  /** The agent accepted us; `epoch` tells lives of its end apart. */
  welcomed(epoch: string): void
  frame(frame: RunnerFrame): void
  lost(): void
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 1000

/**
 * Keeps one connection to the agent, for ever: an agent may be away for as long as it likes. It says hello before anybody
 * serves, and imports next to nothing: a session waits for that hello.
 */
export class AgentDialer {
  readonly #options: AgentDialerOptions
  #handlers: AgentHandlers | null = null
  /** What came before somebody served. */
  #early: RunnerFrame[] = []
  #socket: FrameSocket | null = null
  #welcomed = false

  constructor(options: AgentDialerOptions) {
    this.#options = options
  }

  /** From now on, and for what has come so far. */
  serve(handlers: AgentHandlers): void {
    this.#handlers = handlers
    for (const frame of this.#early.splice(0)) this.#receive(frame)
  }

  /** Puts a frame on the link; dropped while there is none. True = wait for `drained` before more. */
  send(frame: RunnerFrame): boolean {
    return this.#welcomed && this.#socket ? this.#socket.send(frame) : false
  }

  async drained(): Promise<void> {
    await this.#socket?.drained()
  }

  /** Runs until the signal aborts. `tried` is called when the first hello is sent, or could not be. */
  async run(signal: AbortSignal, tried: () => void): Promise<void> {
    let delay = FIRST_DELAY_MS
    while (!signal.aborted) {
      const wasWelcomed = await this.#connectOnce(signal, tried)
      if (signal.aborted) return
      delay = wasWelcomed ? FIRST_DELAY_MS : Math.min(delay * 2, LONGEST_DELAY_MS)
      await this.#pause(delay, signal)
    }
  }

  async #connectOnce(signal: AbortSignal, tried: () => void): Promise<boolean> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    let frames: FrameSocket | null = null
    const close = () => frames?.close(null)
    try {
      await Bun.connect({
        unix: this.#options.socketPath,
        socket: {
          open: (socket) => {
            frames = new FrameSocket(socket, { frame: (frame) => this.#receive(frame), closed: () => end() })
            this.#socket = frames
            frames.send({ kind: 'hello', hello: this.#options.hello() })
            tried()
          },
          data: (_socket, chunk) => frames?.receive(chunk),
          drain: () => frames?.flush(),
          end: close,
          close,
          error: (_socket, error) => frames?.close(error),
        },
      })
    } catch (error) {
      this.#options.log.debug({ error: String(error) }, 'the agent does not listen')
      tried()
      return false
    }
    signal.addEventListener('abort', close, { once: true })
    // The end may have come while it dialled.
    if (signal.aborted) close()
    await ended
    signal.removeEventListener('abort', close)
    this.#socket = null
    this.#early = []
    const wasWelcomed = this.#welcomed
    this.#welcomed = false
    if (wasWelcomed) this.#handlers?.lost()
    return wasWelcomed
  }

  #receive(frame: RunnerFrame): void {
    if (!this.#handlers) {
      this.#early.push(frame)
      return
    }
    if (frame.kind !== 'welcome') {
      if (this.#welcomed) this.#handlers.frame(frame)
      return
    }
    if (frame.protocol !== RUNNER_PROTOCOL) {
      this.#options.log.error({ agent: frame.protocol, runner: RUNNER_PROTOCOL }, 'protocols differ')
      this.#socket?.close(null)
      return
    }
    this.#welcomed = true
    this.#handlers.welcomed(frame.epoch)
  }

  /** Waits for the delay, or less: a new socket in the folder is tried at once. */
  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    const stop = new AbortController()
    let watcher: FSWatcher | null = null
    try {
      const [{ watch }, { dirname }] = await Promise.all([import('node:fs'), import('node:path')])
      watcher = watch(dirname(this.#options.socketPath), () => stop.abort())
      watcher.on('error', () => undefined)
    } catch (error) {
      this.#options.log.debug({ error: String(error) }, 'the folder of the agent socket cannot be watched')
    }
    await this.#options.clock.sleep(delayMs, AbortSignal.any([signal, stop.signal])).catch(() => undefined)
    watcher?.close()
  }
}
