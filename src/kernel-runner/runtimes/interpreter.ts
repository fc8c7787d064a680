import { DriverProcess } from '../execution/driver-process.ts'
import type { RunOutput } from './runtime.ts'
import { note, type Workplace } from './shell.ts'

/** An interpreter that lives from run to run, and is started anew when it dies. */
export class Interpreter {
  readonly #workplace: Workplace
  readonly #command: readonly string[]
  readonly #environ: Record<string, string>
  #driver: DriverProcess | null = null

  /** @param command starts the driver; `environ` is added to the user's */
  constructor(workplace: Workplace, command: readonly string[], environ: Record<string, string> = {}) {
    this.#workplace = workplace
    this.#command = command
    this.#environ = environ
  }

  start(): DriverProcess {
    if (this.#driver === null || this.#driver.hasEnded) this.#driver = this.#spawn({})
    return this.#driver
  }

  async query(code: string, output: RunOutput): Promise<number> {
    const end = await this.start().run('run', code, output)
    if (end.by === 'finished') return end.exitCode
    await output.write(
      'stderr',
      note(
        `[The interpreter ended with exit code ${end.exitCode}; a new one was started without its variables.]`,
      ),
    )
    this.start()
    return end.exitCode
  }

  /** A program file with its arguments, in an interpreter of its own. */
  async script(arguments_: readonly string[], output: RunOutput): Promise<number> {
    const driver = this.#spawn({ _BACKEND_BATCH_MODE: '1' })
    this.#scriptDriver = driver
    try {
      return (await driver.run('script', arguments_.join('\0'), output)).exitCode
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
      command: this.#command,
      cwd: workDir,
      environ: { ...this.#workplace.environ, ...this.#environ, ...environ },
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
