import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import { ShellCommands, type Workplace } from '../runtimes/shell.ts'
import { missingPythonCommand } from './python-command.ts'
import { repairSsh } from './repair-ssh.ts'

const SCRIPT = 'bootstrap.sh'

export interface HomeSetupOptions {
  workplace: Workplace
  /** The interpreter of the runtime; null where it is another one. */
  python: string | null
  copyOutput(bytes: Uint8Array): void
  log: Logger
}

/**
 * What happens in the user's folder before the first code runs: small repairs, then the user's own bootstrap.sh. No
 * failure keeps the session from working; the log tells of it.
 */
export class HomeSetup {
  readonly #options: HomeSetupOptions
  readonly #shell: ShellCommands
  readonly #addPython: ReturnType<typeof missingPythonCommand>
  /** Whether the session has a bootstrap.sh, which may change what an interpreter finds when it starts. */
  readonly hasScript: boolean

  /** Adds to PATH in the environment of the workplace where needed. */
  constructor(options: HomeSetupOptions) {
    const { workplace, python } = options
    this.#options = options
    this.#shell = new ShellCommands(workplace)
    this.hasScript = existsSync(join(workplace.workDir, SCRIPT))
    this.#addPython =
      python === null ? null : missingPythonCommand(python, workplace.environ, workplace.workDir)
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { workplace, log } = this.#options
    const { workDir, processes } = workplace
    const attempt = async (what: string, work: Promise<void> | undefined) => {
      await work?.catch((error: unknown) => log.warn({ error: String(error) }, `${what}: failed`))
    }
    await Promise.all([
      attempt('the command python', this.#addPython?.(processes.owner)),
      existsSync(join(workDir, '.ssh')) ? attempt('permissions of .ssh', repairSsh(workDir)) : null,
    ])
    if (this.hasScript) await attempt(SCRIPT, this.#bootstrap())
  }

  /** Ctrl-C for a bootstrap script that does not end. */
  interrupt(): void {
    this.#shell.interrupt()
  }

  async #bootstrap(): Promise<void> {
    const { copyOutput, log, workplace } = this.#options
    // As the shell would run it: by the interpreter that it names, or else by the shell.
    const command = `[ -x ./${SCRIPT} ] || exec ${workplace.shell} ./${SCRIPT}; exec ./${SCRIPT}`
    const exitCode = await this.#shell.run(command, {
      write: async (_stream, bytes) => copyOutput(bytes),
      emit: async () => undefined,
      ask: () => Promise.reject(new Error('nobody is there to be asked')),
    })
    if (exitCode !== 0) log.warn({ exitCode }, `${SCRIPT} failed`)
  }
}
