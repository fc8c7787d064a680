import { Command, CommanderError } from 'commander'
import { createBinding } from './bind.ts'
import type { CliIo } from './cli-io.ts'
import type { CommandContext } from './command-context.ts'
import { COMMANDS, findCommand } from './command-table.ts'
import { EXIT } from './exit-code.ts'
import { addGlobalOptions } from './global-options.ts'
import { openContext } from './open-context.ts'
import { processIo } from './process-io.ts'

/** Runs one client command; gives its exit code (exit-code.ts). */
export async function runCli(argv: string[], io: CliIo = processIo()): Promise<number> {
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete.ts')
    return complete(argv.slice(1), io)
  }
  const interrupt = new AbortController()
  const stopListening = io.onInterrupt(() => interrupt.abort(new Interrupted()))
  let context: CommandContext | null = null
  const binding = createBinding((flags) => {
    context = openContext(io, flags, interrupt.signal)
    return context
  })
  try {
    const program = await buildProgram(argv, io, binding.bind)
    const isUnknown = namesUnknownCommand(program, argv)
    const words = isUnknown ? argv.filter((word) => word !== '--help' && word !== '-h') : argv
    await program.parseAsync(words, { from: 'user' })
    await finished(context)
    return binding.exitCode()
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (interrupt.signal.aborted) return EXIT.interrupted
    const { reportError } = await import('./report-error.ts')
    const failed = context ?? openContext(io, {}, interrupt.signal)
    return reportError(error, io, failed.out, failed.flags.debug === true)
  } finally {
    stopListening()
  }
}

/** What comes after a command's own work. */
async function finished(context: CommandContext | null): Promise<void> {
  if (!context) return
  await context.out.flush()
  if (!context.io.stderr.isTTY || !context.isConnected) return
  const { showAnnouncement } = await import('./announcement.ts')
  await showAnnouncement(context)
}

class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

const AFTER_HELP = `
Settings come from flags, then BACKEND_ENDPOINT, BACKEND_ACCESS_KEY,
BACKEND_SECRET_KEY, BACKEND_DOMAIN, BACKEND_GROUP and BACKEND_VFOLDER_MOUNTS,
then ~/.config/backend.ai/client.toml, then the data of a local "backendai up".

Exit codes: 0 success, 1 refused or failed, 2 wrong usage, 3 no server answers,
4 the session did not start, 124 time limit, 130 interrupted; run, exec and
watch end with the exit code of the code.

Example:
  $ backend.ai run --rm -c 'print("hello world")' python`

/** The command tree, with only the typed command's own file loaded. */
export async function buildProgram(
  argv: readonly string[],
  io: CliIo,
  bind: ReturnType<typeof createBinding>['bind'],
): Promise<Command> {
  const program = new Command('backend.ai')
    .description('The command line of a Backend.AI cluster.')
    .usage('[options] <command>')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .configureHelp({
      helpWidth: Math.min(io.stdout.columns, 100),
      subcommandTerm: (command) => termOf([command.name(), ...command.aliases()]),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', AFTER_HELP)
  addGlobalOptions(program, true)
  const typed = findCommand(firstWord(argv))
  for (const entry of COMMANDS) {
    program.commandsGroup(`${entry.group}:`)
    if (entry === typed) {
      const define = await entry.load()
      define(program, bind)
      continue
    }
    const stub = program.command(entry.name).summary(entry.summary).allowUnknownOption()
    for (const alias of entry.aliases ?? []) stub.alias(alias)
  }
  program.helpCommand(false)
  return program
}

/** Only as many aliases as leave room for the summaries. */
function termOf(names: readonly string[]): string {
  const fitting = names.filter((_, at) => names.slice(0, at + 1).join(', ').length <= MAX_TERM)
  return (fitting.length > 0 ? fitting : names.slice(0, 1)).join(', ')
}

const MAX_TERM = 28

const FLAGS_WITH_VALUE = new Set(['--endpoint', '--access-key', '--secret-key', '--output'])

/** The command word: the first one that is neither a flag nor a flag's value. */
export const firstWord = (argv: readonly string[]): string => plainWords(argv).next().value ?? ''

function* plainWords(argv: readonly string[]): Generator<string, undefined> {
  let skip = false
  for (const word of argv) {
    if (skip) skip = false
    else if (FLAGS_WITH_VALUE.has(word)) skip = true
    else if (!word.startsWith('-')) yield word
  }
}

/** Asked for the help of a command that does not exist, commander shows the one of the group, as if nothing was wrong. */
function namesUnknownCommand(program: Command, argv: readonly string[]): boolean {
  let group = program
  for (const word of plainWords(argv)) {
    if (group.commands.length === 0) return false
    const next = group.commands.find((command) => command.name() === word || command.aliases().includes(word))
    if (!next) return true
    group = next
  }
  return false
}
