import type { CommandContext } from './command-context.ts'
import { CliError, EXIT } from './exit-code.ts'

/**
 * Asks on a terminal before something that cannot be undone; `--yes` and scripts, which have no terminal, are not asked.
 * @throws CliError when the answer is not yes.
 */
export async function confirm({ io, flags }: CommandContext, question: string): Promise<void> {
  if (flags.yes || !io.stdin.isTTY) return
  io.stderr.write(`${question} [y/N] `)
  const answer = await io.stdin.readLine()
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return
  throw new CliError('Nothing was changed.', { exitCode: EXIT.failed })
}
