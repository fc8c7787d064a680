import { closeSync } from 'node:fs'
import type { Processes } from '../processes.ts'
import { type ByteSink, MarkedPipe, markEnd, newNonce } from './marked-pipe.ts'
import { StepGate } from './step-gate.ts'

/** Steps that drivers count never come near these. */
const END_OF_STDOUT = 0xffff_fffe
const END_OF_STDERR = 0xffff_ffff

/** Standard output and standard error of one process. */
export class OutputPipes {
  readonly nonce = newNonce()
  readonly gate = new StepGate()
  readonly stdoutFd: number
  readonly stderrFd: number
  readonly #stdout: MarkedPipe
  readonly #stderr: MarkedPipe

  constructor(processes: Processes, sinks: { stdout: ByteSink; stderr: ByteSink }) {
    const out = processes.pipe()
    const err = processes.pipe()
    this.stdoutFd = out.writeFd
    this.stderrFd = err.writeFd
    this.#stdout = new MarkedPipe(this.nonce, this.gate, sinks.stdout)
    this.#stderr = new MarkedPipe(this.nonce, this.gate, sinks.stderr)
    void readAndClose(this.#stdout, out.readFd)
    void readAndClose(this.#stderr, err.readFd)
  }

  /**
   * The process has ended: resolves when all that it wrote has reached the sinks. What its children in the background
   * write afterwards goes to `later`.
   */
  async finish(later: ByteSink): Promise<void> {
    const seen = Promise.all([this.gate.enter(END_OF_STDOUT), this.gate.enter(END_OF_STDERR)])
    await Promise.all([
      markEnd(this.stdoutFd, this.nonce, END_OF_STDOUT),
      markEnd(this.stderrFd, this.nonce, END_OF_STDERR),
    ])
    await seen
    this.#stdout.sink = later
    this.#stderr.sink = later
    this.gate.open()
  }
}

async function readAndClose(pipe: MarkedPipe, readFd: number): Promise<void> {
  await pipe.read(readFd)
  closeSync(readFd)
}
