import { type Command, InvalidArgumentError, Option } from 'commander'
import { ownerOption, SpelledOption } from '../spelled-option.ts'

/** Options that describe a new session, shared by `run` and `start`. */
export interface SessionFlags {
  name?: string
  type?: 'interactive' | 'batch'
  batch?: boolean
  startsAt?: string
  enqueueOnly?: boolean
  maxWait?: number
  reuse: boolean
  callbackUrl?: string
  env?: string[]
  bootstrapScript?: string
  startupCommand?: string
  tag?: string
  arch?: string
  mount?: string[]
  scalingGroup?: string
  resources?: string[]
  resourceOpts?: string[]
  clusterSize?: number
  clusterMode?: 'single-node' | 'multi-node'
  domain?: string
  group?: string
  owner?: string
  preopen?: string
  assignAgent?: string
  depends?: string[]
}

/** Gathers a repeatable option; absent when it was never given. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function addSessionOptions(command: Command): Command {
  return command
    .optionsGroup('Session:')
    .addOption(
      new SpelledOption('-t, --name <NAME>', 'name of the session; random by default', '--client-token'),
    )
    .addOption(new Option('--type <TYPE>', 'kind of session').choices(['interactive', 'batch']))
    .option('--batch', 'the same as --type batch')
    .option('--starts-at <TIME>', 'when a batch session starts: ISO date or delay (10m)')
    .addOption(startupOption(command))
    .option('--enqueue-only', 'do not wait for the start')
    .option('--max-wait <SECONDS>', 'wait no longer for the start', seconds)
    .option('--no-reuse', 'fail when the name is taken')
    .option('--callback-url <URL>', 'URL to call at life-cycle events')
    .option('--bootstrap-script <FILE>', 'script to run at start')
    .option('--tag <TEXT>', 'free text kept with the session')
    .option('--depends <SESSION>', 'start after this one succeeded (repeatable)', collect)
    .option('-e, --env <KEY=VALUE>', 'environment variable (repeatable)', collect)
    .optionsGroup('Resources:')
    .option('-r, --resources <SLOT=AMOUNT>', 'cpu=4, mem=8g, … (repeatable)', collect)
    .option('--resource-opts <KEY=VALUE>', 'shmem=64m, … (repeatable)', collect)
    .addOption(
      new SpelledOption(
        '-m, --mount <FOLDER[=PATH]>',
        'folder to mount (repeatable)',
        '-v',
        '--volume',
      ).argParser(collect),
    )
    .option('--cluster-size <COUNT>', 'number of containers', count)
    .addOption(new Option('--cluster-mode <MODE>', 'where they run').choices(['single-node', 'multi-node']))
    .addOption(new SpelledOption('--scaling-group <NAME>', 'resource group to start in', '--sgroup'))
    .addOption(new SpelledOption('--arch <NAME>', 'architecture of the image', '--architecture'))
    .option('--preopen <PORTS>', 'ports to open, with commas')
    .option('--assign-agent <IDS>', 'agents to start on (administrators)')
    .option('-d, --domain <NAME>', 'domain')
    .option('-g, --group <NAME>', 'project')
    .addOption(ownerOption())
}

/** `run` has another `-c`. */
function startupOption(command: Command): Option {
  const flags = command.name() === 'run' ? '--startup-command <CMD>' : '-c, --startup-command <CMD>'
  return new Option(flags, 'what a batch session runs')
}

function count(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('Expected a number of containers.')
}

/** `90`, `90s`, `5m` or `1h`, in seconds. */
export function seconds(text: string): number {
  const match = /^(\d+)\s*(s|m|h)?$/.exec(text)
  if (!match) throw new InvalidArgumentError('Expected a time such as 90, 5m or 1h.')
  return Number(match[1]) * (match[2] === 'h' ? 3600 : match[2] === 'm' ? 60 : 1)
}
