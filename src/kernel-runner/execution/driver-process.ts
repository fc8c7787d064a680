import { closeSync } from 'node:fs'
import type { FileSink, Subprocess } from 'bun'
import { native } from '../libc.ts'
import { type Processes, signalGroup } from '../processes.ts'
import type { RunOutput } from '../runtimes/runtime.ts'
import { type DriverMessage, DriverMessages, driverCommand } from './driver-messages.ts'
import { OutputPipes } from './output-pipes.ts'

export interface DriverProcessOptions {
  processes: Processes
  /** Runs the program that descriptor 5 brings: arguments could be read by every user of the machine. */
  command: readonly string[]
  /** The program; `@NONCE@` in it becomes the nonce of its output markers, in hexadecimal. */
  source: string
  cwd: string
  environ: Record<string, string>
  /** Output while no run is under way. */
  idleOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
}

export type RunEnd = { by: 'finished'; exitCode: number } | { by: 'exit'; exitCode: number }

/** One process of a language driver: takes code, and answers with output, messages and an end. */
export class DriverProcess {
  /** Resolves when the driver takes code; rejects when it ends before. */
  readonly ready: Promise<void>
  /** Resolves with the exit code, 128 + n for signal n, once all its output has been handed on. */
  readonly ended: Promise<number>
  readonly #options: DriverProcessOptions
  readonly #child: Subprocess
  readonly #pipes: OutputPipes
  readonly #commands: FileSink
  readonly #commandFd: number
  #output: RunOutput | null = null
  #finish: ((exitCode: number) => void) | null = null
  #complete: ((found: string[]) => void) | null = null
  #becomeReady: (() => void) | null = null
  #isReady = false
  #interruptWhenReady = false
  hasEnded = false

  constructor(options: DriverProcessOptions) {
    this.#options = options
    this.#pipes = new OutputPipes(options.processes, {
      stdout: (bytes) => this.#write('stdout', bytes),
      stderr: (bytes) => this.#write('stderr', bytes),
    })
    const commands = native.pipe()
    const messages = native.pipe()
    const program = native.pipe()
    this.#child = options.processes.spawn({
      command: options.command,
      cwd: options.cwd,
      environ: options.environ,
      descriptors: [
        'ignore',
        this.#pipes.stdoutFd,
        this.#pipes.stderrFd,
        commands.readFd,
        messages.writeFd,
        program.readFd,
      ],
    })
    closeSync(commands.readFd)
    closeSync(messages.writeFd)
    closeSync(program.readFd)
    void bring(program.writeFd, options.source.replace('@NONCE@', this.#pipes.nonce.toString('hex')))
    this.#commandFd = commands.writeFd
    this.#commands = Bun.file(commands.writeFd).writer()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#becomeReady = resolve
    this.ready = promise
    // Whoever waits for readiness hears of it; nobody may.
    promise.catch(() => undefined)
    const messagesEnd = this.#readMessages(messages.readFd)
    this.ended = this.#end(messagesEnd, reject)
  }

  /** Runs code until the driver says that it is done, or the process ends. One at a time. */
  async run(type: string, text: string, output: RunOutput): Promise<RunEnd> {
    this.#output = output
    const { promise: finished, resolve } = Promise.withResolvers<number>()
    this.#finish = resolve
    this.#send(type, text)
    try {
      return await Promise.race([
        finished.then((exitCode): RunEnd => ({ by: 'finished', exitCode })),
        this.ended.then((exitCode): RunEnd => ({ by: 'exit', exitCode })),
      ])
    } finally {
      this.#finish = null
      this.#output = null
      this.#interruptWhenReady = false
    }
  }

  interrupt(): void {
    if (this.hasEnded || !this.#output) return
    if (!this.#isReady) {
      this.#interruptWhenReady = true
      return
    }
    signalGroup(this.#child.pid, 'SIGINT')
  }

  /** Only while nothing runs. */
  async complete(text: string): Promise<string[]> {
    if (this.hasEnded || this.#output || this.#complete) return []
    const { promise, resolve } = Promise.withResolvers<string[]>()
    this.#complete = resolve
    this.#send('complete', text)
    return Promise.race([promise, this.ended.then(() => [])])
  }

  #send(type: string, text: string): void {
    if (this.hasEnded) return
    this.#commands.write(driverCommand(type, text))
    void Promise.resolve(this.#commands.flush()).catch(() => undefined)
  }

  async #readMessages(readFd: number): Promise<void> {
    const messages = new DriverMessages()
    try {
      for await (const chunk of Bun.file(readFd).stream()) {
        for (const message of messages.push(chunk)) {
          for (const step of message.waits) {
            const turn = this.#pipes.gate.enter(step)
            if (turn) await turn
          }
          await this.#handle(message)
          this.#pipes.gate.leave(message.step)
        }
      }
    } finally {
      closeSync(readFd)
    }
  }

  async #handle({ type, payload }: DriverMessage): Promise<void> {
    const output = this.#output
    if (type === 'finished') this.#finish?.(Number(payload))
    else if (type === 'ready') this.#nowReady()
    else if (type === 'completions') {
      this.#complete?.(payload === '' ? [] : payload.split('\n'))
      this.#complete = null
    } else if (type === 'html') await output?.emit({ type: 'html', data: payload })
    else if (type === 'media') {
      const line = payload.indexOf('\n')
      await output?.emit({
        type: 'media',
        data: { type: payload.slice(0, line), data: payload.slice(line + 1) },
      })
    } else if (type === 'input' && output) {
      output.ask(payload === '1').then(
        (text) => this.#send('input', text),
        // Given up by an interrupt or the end of the run: the driver has gone on already.
        () => undefined,
      )
    }
  }

  #nowReady(): void {
    this.#isReady = true
    this.#becomeReady?.()
    if (this.#interruptWhenReady) signalGroup(this.#child.pid, 'SIGINT')
  }

  async #end(messagesEnd: Promise<void>, rejectReady: (error: Error) => void): Promise<number> {
    await this.#child.exited
    this.hasEnded = true
    await this.#pipes.finish((bytes) => this.#options.idleOutput('stdout', bytes))
    // A child in the background may hold the message pipe; everything the driver wrote has been read before this.
    void messagesEnd.catch(() => undefined)
    void Promise.resolve(this.#commands.end())
      .catch(() => undefined)
      .then(() => closeSync(this.#commandFd))
    const exitCode = exitCodeOf(this.#child)
    rejectReady(new Error(`the driver ended with ${exitCode} before it was ready`))
    return exitCode
  }

  async #write(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    if (this.#output) await this.#output.write(stream, bytes)
    else this.#options.idleOutput(stream, bytes)
  }
}

/** Writes the whole text and closes the pipe; a reader that has died meanwhile is heard of by its exit. */
async function bring(writeFd: number, text: string): Promise<void> {
  const pipe = Bun.file(writeFd).writer()
  try {
    pipe.write(text)
    await pipe.end()
  } catch {
    // EPIPE.
  } finally {
    closeSync(writeFd)
  }
}

const SIGNAL_NUMBERS: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGSYS: 31,
}

/** As a shell tells it: 128 + n for a process that signal n ended. */
export function exitCodeOf(child: Subprocess): number {
  if (child.signalCode === null) return child.exitCode ?? 255
  if (typeof child.signalCode === 'number') return 128 + child.signalCode
  return 128 + (SIGNAL_NUMBERS[child.signalCode] ?? 127)
}
