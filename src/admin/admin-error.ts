/** Ends a command with a sentence and an exit code: 1 failed, 2 wrong use or configuration, 3 the store is taken. */
export class AdminError extends Error {
  readonly exitCode: 1 | 2 | 3

  constructor(message: string, exitCode: 1 | 2 | 3) {
    super(message)
    this.name = 'AdminError'
    this.exitCode = exitCode
  }
}
