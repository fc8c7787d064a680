import type { OutputFile } from '../../client/execution-result.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createConsolePrinter } from '../run/console-printer.ts'
import { executeCode } from '../run/execute-code.ts'
import { onSession } from '../session/known-session.ts'
import { openShell } from '../session/open-shell.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineExec: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'exec',
    usage: '[options] <SESSION> [--] [COMMAND...]',
    summary: 'open a shell, or run a command, in a session',
    examples: ['exec mysession', 'exec mysession -- ls -l data'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('[COMMAND...]', 'command and its arguments; a shell by default')
    .addOption(ownerOption())
    .passThroughOptions()
    .action(
      bind<{ owner?: string }>(async ({ context, options, args }) => {
        const [session = '', ...rest] = args
        const command = rest[0] === '--' ? rest.slice(1) : rest
        if (command.length === 0) {
          if (context.out.isJson) throw usageError('A shell has no JSON output.')
          return onSession(context, session, () => openShell(context, session, options.owner))
        }
        return onSession(context, session, () => execute(context, session, command, options.owner))
      }),
    )
}

async function execute(
  context: Parameters<typeof openShell>[0],
  session: string,
  command: readonly string[],
  ownerAccessKey: string | undefined,
): Promise<number> {
  const { io, out, signal } = context
  const note = (message: string): void => out.info(message)
  const items: unknown[] = []
  const files: OutputFile[] = []
  const collecting = { print: async (more: readonly unknown[]) => void items.push(...more), flush: () => {} }
  const exitCode = await executeCode({
    client: await context.client(),
    io,
    session,
    ownerAccessKey,
    request: { mode: 'batch', options: { clean: null, build: null, exec: commandLine(command) } },
    printer: out.isJson ? collecting : createConsolePrinter(io, { note }),
    signal,
    note,
    onFiles: (left) => {
      files.push(...left)
      for (const { name, url } of left) note(`Left ${name}: ${url}`)
    },
  })
  if (out.isJson) out.json({ session, exit_code: exitCode, console: items, files })
  return signal.aborted ? EXIT.interrupted : exitCode
}

/** For a POSIX shell; one word alone is a command line already. */
export function commandLine(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : words.map(quote).join(' ')
}

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
