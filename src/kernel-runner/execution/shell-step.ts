import { closeSync } from 'node:fs'
import type { FileSink, Subprocess } from 'bun'
import { native } from '../libc.ts'
import { type Processes, signalGroup } from '../processes.ts'
import type { RunOutput } from '../runtimes/runtime.ts'
import { exitCodeOf } from './driver-process.ts'
import { OutputPipes } from './output-pipes.ts'

export interface ShellStepOptions {
  processes: Processes
  shell: string
  command: string
  cwd: string
  environ: Record<string, string>
  output: RunOutput
  idleOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
}

/** One command line of the user, in its own session, with a standard input that stays open. */
export class ShellStep {
  /** Exit code, once all output of the shell has been handed on. */
  readonly ended: Promise<number>
  readonly #child: Subprocess
  readonly #input: FileSink

  constructor(options: ShellStepOptions) {
    const { output, idleOutput } = options
    const pipes = new OutputPipes(options.processes, {
      stdout: (bytes) => output.write('stdout', bytes),
      stderr: (bytes) => output.write('stderr', bytes),
    })
    const stdin = native.pipe()
    this.#child = options.processes.spawn({
      command: [options.shell, '-c', options.command],
      cwd: options.cwd,
      environ: { ...options.environ, _BACKEND_BATCH_MODE: '1' },
      descriptors: [stdin.readFd, pipes.stdoutFd, pipes.stderrFd],
    })
    closeSync(stdin.readFd)
    this.#input = Bun.file(stdin.writeFd).writer()
    this.ended = this.#child.exited.then(async () => {
      void Promise.resolve(this.#input.end())
        .catch(() => undefined)
        .then(() => closeSync(stdin.writeFd))
      await pipes.finish((bytes) => idleOutput('stdout', bytes))
      return exitCodeOf(this.#child)
    })
  }

  input(text: string): void {
    this.#input.write(text.endsWith('\n') ? text : `${text}\n`)
    // A program that has closed its input gets nothing.
    void Promise.resolve(this.#input.flush()).catch(() => undefined)
  }

  interrupt(): void {
    signalGroup(this.#child.pid, 'SIGINT')
  }
}
