import { ConfigError } from '../config-error.ts'
import type { RawEntry } from '../raw.ts'
import { coerce } from './coerce.ts'

/** Options of the command line that are configuration. */
export interface ConfigFlags {
  /** `--config FILE`, in order; the last one wins per key. */
  readonly files: readonly string[]
  /** Dotted key → text, from `--set KEY=VALUE` and the short options below. */
  readonly set: Readonly<Record<string, string>>
}

export const NO_FLAGS: ConfigFlags = { files: [], set: {} }

/** Options of every role that stand for one key. */
const KEY_OPTIONS: Readonly<Record<string, string>> = {
  '--data': 'data.dir',
  '--log-level': 'logging.level',
  '--join-token': 'agent.join-token',
}

export const CONFIG_FLAGS_HELP = `  -f, --config FILE     read this file instead of searching (repeatable)
      --data DIR        where this node keeps its files
      --set KEY=VALUE   a key of config.example.toml: manager.service-addr=:8091
      --log-level NAME  trace, debug, info, warning, error
      --join-token TEXT an agent's invitation, from "backendai mgr agent token"
      --debug           the same as --set debug.enabled=true`

/** Takes the configuration options out of a role's arguments; the rest is the role's own. */
export function parseConfigFlags(argv: readonly string[]): { flags: ConfigFlags; rest: string[] } {
  const files: string[] = []
  const set: Record<string, string> = {}
  const rest: string[] = []
  const args = [...argv]
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '--') return { flags: { files, set }, rest: [...rest, arg, ...args] }
    const [name = '', inline] = arg.startsWith('--') ? splitOnce(arg) : [arg, undefined]
    const value = () => inline ?? args.shift() ?? missing(name)
    const key = Object.hasOwn(KEY_OPTIONS, name) ? KEY_OPTIONS[name] : undefined
    if (key) set[key] = value()
    else if (name === '--config' || name === '-f') files.push(value())
    else if (name === '--set') assign(set, value())
    else if (name === '--debug') set['debug.enabled'] = 'true'
    else rest.push(arg)
  }
  return { flags: { files, set }, rest }
}

export function entriesOfFlags(flags: ConfigFlags): RawEntry[] {
  return Object.entries(flags.set).map(([key, text]) => {
    const path = key.split('.')
    return { path, value: coerce(path, text), source: 'command line' }
  })
}

function splitOnce(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=')
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

function assign(set: Record<string, string>, pair: string): void {
  const [key, value] = splitOnce(pair)
  if (value === undefined || key === '') fail('--set', `expected KEY=VALUE, got "${pair}"`)
  else set[key] = value
}

const missing = (name: string): never => fail(name, 'expected a value after it')

function fail(option: string, message: string): never {
  throw new ConfigError([{ source: `option ${option}`, key: '', message }])
}
