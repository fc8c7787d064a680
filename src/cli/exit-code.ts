/** Exit codes of every command; `run`, `exec` and `watch` end with the exit code of the code that ran. */
export const EXIT = {
  ok: 0,
  /** The server refused or failed, or something was not found. */
  failed: 1,
  /** The command line, a setting or a local file is wrong. */
  usage: 2,
  /** No endpoint answered. */
  unreachable: 3,
  /** The session did not come to run: it waited past --max-wait, was cancelled or failed. */
  notStarted: 4,
  /** The code ran past its time limit. */
  timeout: 124,
  interrupted: 130,
} as const

/** A failure that a command explains itself; printed without a stack. */
export class CliError extends Error {
  readonly exitCode: number
  /** Lines under the message that say what to do. */
  readonly hints: readonly string[]

  constructor(
    message: string,
    options: { exitCode?: number; hints?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.exitCode = options.exitCode ?? EXIT.failed
    this.hints = options.hints ?? []
  }
}

/** The command line is wrong. */
export const usageError = (message: string, ...hints: string[]): CliError =>
  new CliError(message, { exitCode: EXIT.usage, hints })
