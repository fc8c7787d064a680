import { ConfigError } from '../config/config-error.ts'
import { CONFIG_FLAGS_HELP } from '../config/source/flags.ts'

export const UP_HELP = `usage: backendai up [OPTIONS]

Starts a whole cluster in one process: manager, agent, storage proxy, webserver,
app proxy and watcher, with an embedded store. Ctrl-C stops it; sessions keep
running and are found again by the next start.

Options
${CONFIG_FLAGS_HELP}
      --ready-file FILE write the addresses as JSON once everything runs
      --quiet           no greeting
      --unattended      no word about stopping, for scripts that stop it
      --drain           end all sessions of this node when stopping

Examples
  backendai up
  backendai up --data ./cluster --set manager.service-addr=:9081
`

export interface UpOptions {
  readyFile: string | null
  quiet: boolean
  /** Nobody is there to press Ctrl-C. */
  unattended: boolean
  drain: boolean
}

/** @throws ConfigError (exit code 2) naming an argument that means nothing here. */
export function upOptions(rest: readonly string[]): UpOptions {
  const options: UpOptions = { readyFile: null, quiet: false, unattended: false, drain: false }
  const args = [...rest]
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '--quiet') options.quiet = true
    else if (arg === '--unattended') options.unattended = true
    else if (arg === '--drain') options.drain = true
    else if (arg === '--ready-file') options.readyFile = args.shift() ?? ''
    else if (arg.startsWith('--ready-file=')) options.readyFile = arg.slice('--ready-file='.length)
    else throw usage(`unknown argument "${arg}"; see "backendai up --help"`)
  }
  if (options.readyFile === '') throw usage('--ready-file needs a path')
  return options
}

export const usage = (message: string): ConfigError =>
  new ConfigError([{ source: 'command line', key: '', message }])
