import type { WatcherReport } from '../../client/admin/agent-watcher.ts'
import { commandGroup } from '../admin/command-group.ts'
import { onNamed } from '../admin/noun.ts'
import { AGENT } from '../admin/nouns.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

const ACTIONS = [
  ['status', 'status', 'show the state of an agent and its watcher'],
  ['agent-start', 'start', 'start the agent of a machine'],
  ['agent-stop', 'stop', 'stop the agent of a machine'],
  ['agent-restart', 'restart', 'restart the agent of a machine'],
] as const

export const defineAdminWatcher: Define = (parent, bind) => {
  const watcher = commandGroup(parent, {
    name: 'watcher',
    summary: 'watchers, which start and stop agents',
    examples: ['admin watcher status i-node1', 'admin watcher agent-restart i-node1'],
  })
  for (const [name, action, summary] of ACTIONS) {
    subcommand(watcher, { name, summary, examples: [`admin watcher ${name} i-node1`] })
      .argument('<AGENT>', 'agent id')
      .action(
        bind(async ({ context, args: [agent = ''] }) => {
          const report = await onNamed(context, AGENT, agent, (client) => client.agentWatcher[action](agent))
          return print(context, report)
        }),
      )
  }
}

function print({ out }: CommandContext, report: WatcherReport): number {
  if (out.isJson) out.json(report)
  else if (typeof report.message === 'string') out.text(report.message)
  else out.fields(Object.entries(report).map(([name, value]) => [name, textOf(value)]))
  return EXIT.ok
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
