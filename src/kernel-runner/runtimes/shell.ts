import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type MemoryLimit, watchMemory } from '../execution/memory-limit.ts'
import { ShellStep } from '../execution/shell-step.ts'
import type { Processes } from '../processes.ts'
import type { RunOutput } from './runtime.ts'

/** What every runtime works with. */
export interface Workplace {
  processes: Processes
  workDir: string
  shell: string
  environ: Record<string, string>
  /** Interpreter of the image, from its label. */
  runtimePath: string | null
  /** Command that starts this executable again. */
  self: readonly string[]
  idleOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** Of this kernel; null where it cannot be seen. */
  memoryLimit(): MemoryLimit | null
}

/** Command lines of the user, one at a time. */
export class ShellCommands {
  readonly #workplace: Workplace
  #current: ShellStep | null = null

  constructor(workplace: Workplace) {
    this.#workplace = workplace
  }

  async run(command: string, output: RunOutput): Promise<number> {
    const { processes, shell, environ, workDir, idleOutput } = this.#workplace
    const step = new ShellStep({ processes, shell, command, cwd: workDir, environ, output, idleOutput })
    this.#current = step
    const causeOf = watchMemory(this.#workplace.memoryLimit())
    try {
      const exitCode = await step.ended
      const cause = causeOf(exitCode)
      if (cause !== null)
        await output.write('stderr', note(`[The command ended with exit code ${exitCode}: ${cause}.]`))
      return exitCode
    } finally {
      this.#current = null
    }
  }

  /** `*`: nothing for clean (it might delete what is unrelated), make for build where there is a makefile. */
  async heuristic(step: 'clean' | 'build', output: RunOutput): Promise<number> {
    if (step === 'clean') return 0
    if (this.has('Makefile') || this.has('makefile') || this.has('GNUmakefile'))
      return this.run('make', output)
    return 0
  }

  has(name: string): boolean {
    return existsSync(join(this.#workplace.workDir, name))
  }

  input(text: string): void {
    this.#current?.input(text)
  }

  interrupt(): void {
    this.#current?.interrupt()
  }
}

/** First of the names that is an executable on the user's PATH. */
export function findProgram(names: readonly string[], environ: Record<string, string>): string | null {
  for (const name of names) {
    const found = Bun.which(name, { PATH: environ.PATH ?? '' })
    if (found !== null) return found
  }
  return null
}

/** Bytes of a message of ours in the output of a run. */
export function note(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\n`)
}
