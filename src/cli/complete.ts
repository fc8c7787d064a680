import type { Command, Option } from 'commander'
import type { Bind } from './bind.ts'
import type { CliIo } from './cli-io.ts'
import type { CommandContext } from './command-context.ts'
import { COMMANDS } from './command-table.ts'
import { EXIT } from './exit-code.ts'
import { flagsOf } from './flags-of.ts'
import { openContext } from './open-context.ts'
import { buildProgram } from './program.ts'
import { LISTED } from './session/known-session.ts'

/** One suggestion: the word, and what it means. */
type Candidate = readonly [word: string, meaning: string]

/** The executable's own first words, which this program does not define. */
const ROLE_WORDS: readonly Candidate[] = [
  ['up', 'start a whole cluster on this machine'],
  ['manager', 'run the manager'],
  ['agent', 'run an agent'],
  ['storage-proxy', 'run the storage proxy'],
  ['webserver', 'run the web server'],
  ['app-proxy', 'run the app proxy'],
  ['watcher', 'run the watcher'],
  ['mgr', 'administer the manager'],
]

const NAMES_TIMEOUT_MS = 1500

/**
 * Prints candidates for the last of `words` as `word<TAB>meaning` lines; nothing where files are meant. The
 * completion scripts call it as `__complete -- WORDS…`.
 */
export async function complete(words: readonly string[], io: CliIo): Promise<number> {
  const line = words[0] === '--' ? words.slice(1) : [...words]
  const current = line.at(-1) ?? ''
  try {
    const candidates = await candidatesOf(line.slice(0, -1), current, io)
    const fitting = candidates.filter(([word]) => word.startsWith(current))
    io.stdout.write(fitting.map(([word, meaning]) => `${word}\t${meaning}\n`).join(''))
  } catch {
    // Completion is silent when it cannot help: the shell shows nothing.
  }
  return EXIT.ok
}

async function candidatesOf(before: readonly string[], current: string, io: CliIo): Promise<Candidate[]> {
  const inert: Bind = () => async () => {}
  const program = await buildProgram(before, io, inert)
  const { command, operands, pending } = walk(program, before)
  if (pending) return (pending.argChoices ?? []).map((choice) => [choice, ''])
  if (current.startsWith('-')) return optionsOf(command)
  if (command === program)
    return [...COMMANDS.map(({ name, summary }): Candidate => [name, summary]), ...ROLE_WORDS]
  if (command.commands.length > 0) return command.commands.map((each) => [each.name(), each.summary()])
  return namesOf(command, operands, io)
}

interface Position {
  command: Command
  /** Operands before the current word. */
  operands: string[]
  /** The option whose value is being typed. */
  pending: Option | null
}

/** Follows the words down the tree. */
function walk(program: Command, words: readonly string[]): Position {
  let command = program
  let operands: string[] = []
  let pending: Option | null = null
  for (const word of words) {
    if (pending) {
      command.setOptionValue(pending.attributeName(), word)
      pending = null
      continue
    }
    const option = findOption(command, word)
    if (option) {
      pending = option.required ? option : null
      continue
    }
    const next = operands.length === 0 ? findSubcommand(command, word) : undefined
    if (next) {
      command = next
      operands = []
    } else if (!word.startsWith('-')) operands.push(word)
  }
  return { command, operands, pending }
}

const findOption = (command: Command, word: string): Option | undefined =>
  command.options.find((option) => option.short === word || option.long === word)

const findSubcommand = (command: Command, word: string): Command | undefined =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word))

const optionsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option): Candidate[] => (option.long ? [[option.long, option.description]] : []))

/** Names for the operand at this place, where it is of a kind that the server can list. */
async function namesOf(command: Command, operands: readonly string[], io: CliIo): Promise<Candidate[]> {
  const declared = command.registeredArguments
  const argument = declared[operands.length] ?? declared.at(-1)
  if (!argument || (operands.length >= declared.length && !argument.variadic)) return []
  const kind = /^<?(SESSION|FOLDER|TEMPLATE)S?\b/.exec(argument.name())?.[1]
  const noun = kind
    ? null
    : (await import('./admin/operand-noun.ts')).operandNoun(
        argument.name(),
        command.name(),
        command.parent?.name() ?? '',
      )
  if (!kind && !noun) return []
  const context = openContext(io, flagsOf(command), AbortSignal.timeout(NAMES_TIMEOUT_MS))
  if (kind === 'SESSION') return sessionNames(context)
  const client = await context.client()
  if (noun) return (await noun.names(client)).map((name) => [name, ''])
  if (kind === 'FOLDER') {
    const folders = await client.vfolders.list({}, context.signal)
    return folders.map(({ name, host, status }) => [name, `${status} ${host}`])
  }
  const isCluster = command.parent?.name() === 'cluster-template'
  const templates = isCluster ? client.clusterTemplates : client.sessionTemplates
  return (await templates.list({}, context.signal)).map(({ id, name }) => [id, name])
}

async function sessionNames(context: CommandContext): Promise<Candidate[]> {
  const [client, { accessKey }] = [await context.client(), await context.settings()]
  const page = await client.sessions.list(
    { accessKey, statuses: LISTED, fields: ['name', 'image', 'status'], limit: 100 },
    context.signal,
  )
  return page.items.map((item) => [String(item.name), `${String(item.status)} ${String(item.image)}`])
}
