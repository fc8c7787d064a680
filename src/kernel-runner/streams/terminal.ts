import { type LinkStream, readResize } from '../../wire/runner-link/link-stream.ts'
import { type Processes, signalGroup } from '../processes.ts'

export interface TerminalHost {
  processes: Processes
  shell: string
  workDir: string
  environ: Record<string, string>
}

/** Bytes waiting for a slow client at which the terminal is told to hold its output (Ctrl-S), and to go on. */
const HOLD_AT = 512 * 1024
const RESUME_AT = 64 * 1024
/** A program that ignores Ctrl-S and goes on loses its terminal here. */
const LIMIT = 32 * 1024 * 1024
const HANG_UP_MS = 1000
/** Output is awaited this long after the shell's end where something that it left behind keeps the terminal open. */
const DRAIN_MS = 1000
const IXON = 0o2000
const ctrl = { hold: '\x13', resume: '\x11' }

/** A login shell on a terminal of its own. */
export class Terminal {
  readonly #stream: LinkStream
  readonly #child: Bun.Subprocess
  readonly #terminal: Bun.Terminal
  readonly #drained = Promise.withResolvers<void>()
  #queue: Uint8Array[] = []
  #queued = 0
  #held = false
  #wake: (() => void) | null = null
  #over = false

  /** Starts the shell. @throws Error when it cannot be started */
  constructor(host: TerminalHost, stream: LinkStream, rows: number, cols: number) {
    const { processes, shell, workDir, environ } = host
    this.#stream = stream
    // A terminal made with its process is open nowhere else, so that its end is heard once all output was read.
    const child = Bun.spawn({
      cmd: [shell, ...(shell.endsWith('bash') ? ['-l'] : [])],
      cwd: workDir,
      env: { ...environ, LINES: String(rows), COLUMNS: String(cols) },
      terminal: {
        rows,
        cols,
        name: environ.TERM ?? 'xterm',
        data: (_terminal, data) => this.#produced(data),
        exit: () => this.#drained.resolve(),
      },
      ...processes.spawnOwner(),
    })
    this.#child = processes.track(child)
    if (!child.terminal) throw new Error('the shell has no terminal')
    this.#terminal = child.terminal
  }

  /** Until the shell ends or the client goes away. */
  async serve(): Promise<void> {
    const child = this.#child
    this.#stream.onControl((value) => {
      const size = readResize(value)
      if (size && !this.#terminal.closed) this.#terminal.resize(size.cols, size.rows)
    })
    // The client is gone or has closed its side: a terminal that hangs up, and shells have a second to go.
    let lastResort: Timer | undefined
    const input = this.#forwardInput().finally(() => {
      if (this.#over) return
      signalGroup(child.pid, 'SIGHUP')
      signalGroup(child.pid, 'SIGCONT')
      lastResort = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), HANG_UP_MS)
    })
    // A client that has gone away is no error: its shell gets the hang-up.
    const output = this.#forwardOutput().catch(() => undefined)
    input.catch(() => undefined)
    await child.exited
    clearTimeout(lastResort)
    // The last output may not have been read yet.
    const drain = setTimeout(() => this.#drained.resolve(), DRAIN_MS)
    await this.#drained.promise
    clearTimeout(drain)
    this.#finish()
    await output
    this.#terminal.close()
    this.#stream.end()
  }

  async #forwardInput(): Promise<void> {
    for await (const chunk of this.#stream.chunks) {
      if (this.#terminal.closed) return
      this.#terminal.write(chunk)
    }
  }

  async #forwardOutput(): Promise<void> {
    while (true) {
      const batch = this.#queue
      this.#queue = []
      for (const chunk of batch) {
        await this.#stream.write(chunk)
        this.#queued -= chunk.length
        if (this.#held && this.#queued < RESUME_AT) this.#hold(false)
      }
      if (this.#queue.length > 0) continue
      if (this.#over) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #produced(data: Uint8Array): void {
    this.#queue.push(Uint8Array.from(data))
    this.#queued += data.length
    if (!this.#held && this.#queued > HOLD_AT) this.#hold(true)
    if (this.#queued > LIMIT) this.#stream.abort('the client does not read its terminal')
    this.#wake?.()
  }

  #hold(held: boolean): void {
    // Programs that turned flow control off would read the character as typed; they are screens, not floods.
    if (held && (this.#terminal.inputFlags & IXON) === 0) return
    this.#held = held
    if (!this.#terminal.closed) this.#terminal.write(held ? ctrl.hold : ctrl.resume)
  }

  #finish(): void {
    this.#over = true
    this.#wake?.()
  }
}
