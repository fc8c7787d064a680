/** Where a command reads and writes; tests bring their own. */
export interface Io {
  stdout(text: string): void
  stderr(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readStdin(): Promise<string>
  /** Runs a program on this terminal until it ends; its exit code, null where it is not installed. */
  runProgram(
    argv: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
  ): Promise<number | null>
}

export const processIo = (): Io => ({
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  readStdin: () => Bun.stdin.text(),
  async runProgram([name, ...args], env) {
    const path = Bun.which(name)
    if (path === null) return null
    // Ctrl-C ends the program's query, not us.
    const ignore = () => {}
    process.on('SIGINT', ignore)
    try {
      const child = Bun.spawn([path, ...args], {
        stdin: 'inherit',
        stdout: 'inherit',
        stderr: 'inherit',
        env: { ...process.env, ...env },
      })
      return await child.exited
    } finally {
      process.off('SIGINT', ignore)
    }
  },
})
