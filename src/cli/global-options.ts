import { type Command, Option } from 'commander'
import { noteGlobalNames } from './flags-of.ts'

/** Accepted before and after the command; shown in the program's own help only, but for --json. */
export function addGlobalOptions(
  command: Command,
  isProgram: boolean,
  except: readonly string[] = [],
): Command {
  const options = [
    new Option('--endpoint <URL>', 'address of the manager; several with commas'),
    new Option('--access-key <KEY>', 'access key'),
    new Option('--secret-key <KEY>', 'secret key'),
    new Option('--skip-sslcert-validation', 'accept any TLS certificate'),
    new Option('--json', 'results as JSON on standard output'),
    new Option('--output <FORMAT>', 'json or console').choices(['json', 'console']),
    new Option('-y, --yes', 'answer yes to every question'),
    new Option('--debug', 'show requests and where errors happened'),
  ].filter((option) => !except.includes(option.long ?? ''))
  noteGlobalNames(command, new Set(options.map((option) => option.attributeName())))
  for (const option of options) {
    if (!isProgram && option.long !== '--json') option.hideHelp()
    command.addOption(option)
  }
  return command
}

export interface CommandSpec {
  name: string
  /** Where the one made from the arguments does not tell enough. */
  usage?: string
  /** One line, without a full stop. */
  summary: string
  aliases?: readonly string[]
  /** Command lines without the program's name. */
  examples: readonly string[]
  /** Global flags whose name the command uses for something else: `--access-key`. */
  ownFlags?: readonly string[]
}

/** A command of the tree with the flags that every one has, and its examples below the help. */
export function subcommand(parent: Command, spec: CommandSpec): Command {
  const command = parent
    .command(spec.name)
    .summary(spec.summary)
    .description(sentence(spec.summary))
    .helpCommand(false)
  for (const alias of spec.aliases ?? []) command.alias(alias)
  if (spec.usage) command.usage(spec.usage)
  const lines = spec.examples.map((example) => `  $ backend.ai ${example}`)
  command.addHelpText('after', `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.join('\n')}`)
  return addGlobalOptions(command, false, spec.ownFlags)
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
