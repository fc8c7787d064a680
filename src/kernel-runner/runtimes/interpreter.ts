import { DriverProcess } from '../execution/driver-process.ts'
import { watchMemory } from '../execution/memory-limit.ts'
import type { RunOutput } from './runtime.ts'
import { note, type Workplace } from './shell.ts'

/** How a language's driver is started. */
export interface Driver {
  /** Reads the driver's program from descriptor 5, and runs it. */
  command: readonly string[]
  source: string
  /** Added to the user's. */
  environ?: Record<string, string>
}

/** An interpreter that lives from run to run, and is started anew when it dies. */
export class Interpreter {
  readonly #workplace: Workplace
  readonly #start: Driver
  #driver: DriverProcess | null = null

  constructor(workplace: Workplace, start: Driver) {
    this.#workplace = workplace
    this.#start = start
  }

  start(): DriverProcess {
    if (this.#driver === null || this.#driver.hasEnded) this.#driver = this.#spawn({})
    return this.#driver
  }

  async query(code: string, output: RunOutput): Promise<number> {
    const causeOf = watchMemory(this.#workplace.memoryLimit())
    const end = await this.start().run('run', code, output)
    if (end.by === 'finished') return end.exitCode
    const cause = causeOf(end.exitCode)
    const what = `ended with exit code ${end.exitCode}${cause === null ? '' : `: ${cause}`}`
    await output.write(
      'stderr',
      note(`[The interpreter ${what}; a new one was started without its variables.]`),
    )
    this.start()
    return end.exitCode
  }

  /** A program file with its arguments, in an interpreter of its own. */
  async script(arguments_: readonly string[], output: RunOutput): Promise<number> {
    const driver = this.#spawn({ _BACKEND_BATCH_MODE: '1' })
    this.#scriptDriver = driver
    const causeOf = watchMemory(this.#workplace.memoryLimit())
    try {
      const { exitCode } = await driver.run('script', arguments_.join('\0'), output)
      const cause = causeOf(exitCode)
      if (cause !== null)
        await output.write('stderr', note(`[The program ended with exit code ${exitCode}: ${cause}.]`))
      return exitCode
    } finally {
      this.#scriptDriver = null
    }
  }
  #scriptDriver: DriverProcess | null = null

  interrupt(): void {
    this.#scriptDriver?.interrupt()
    this.#driver?.interrupt()
  }

  complete(text: string): Promise<string[]> {
    return this.start().complete(text)
  }

  #spawn(environ: Record<string, string>): DriverProcess {
    const { processes, workDir, idleOutput } = this.#workplace
    return new DriverProcess({
      processes,
      command: this.#start.command,
      source: this.#start.source,
      cwd: workDir,
      environ: { ...this.#workplace.environ, ...this.#start.environ, ...environ },
      idleOutput,
    })
  }
}

/** The text up to the cursor: `{line, col}` of the client where given, else the last line of the code. */
export function textBeforeCursor(code: string, options: Record<string, unknown>): string {
  const { line, col } = options
  if (typeof line === 'string' && line !== '') {
    return typeof col === 'number' && col >= 0 ? line.slice(0, col) : line
  }
  return code.slice(code.lastIndexOf('\n') + 1)
}
