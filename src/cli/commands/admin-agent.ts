import { Option } from 'commander'
import type { Agent } from '../../client/admin/agents.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { AGENT } from '../admin/nouns.ts'
import { bool, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { addPageOptions, type PageFlags, showPages } from '../admin/show-pages.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { jsonObject, sizeText, slotsText } from '../sizes.ts'
import { SpelledOption } from '../spelled-option.ts'
import { ago } from '../times.ts'

type AgentDetail = Pick<
  Agent,
  | 'id'
  | 'status'
  | 'architecture'
  | 'region'
  | 'first_contact'
  | 'cpu_cur_pct'
  | 'available_slots'
  | 'occupied_slots'
  | 'live_stat'
>

type ListFlags = PageFlags & { status: string; scalingGroup?: string }

interface UpdateFlags {
  schedulable?: boolean
  scalingGroup?: string
}

const ofGroup = (description: string) =>
  new SpelledOption('--scaling-group <NAME>', description, '--sgroup', '--resource-group')

export const defineAdminAgent: Define = (parent, bind) => {
  const agent = commandGroup(parent, {
    name: 'agent',
    summary: 'machines that run sessions',
    examples: ['admin agent list', 'admin agent info i-node1'],
  })

  const list = subcommand(agent, {
    name: 'list',
    summary: 'list agents',
    examples: ['admin agent list --status LOST'],
  })
    .addOption(
      new Option('-s, --status <STATUS>', 'only agents in this status')
        .choices(['ALIVE', 'LOST', 'RESTARTING', 'TERMINATED'])
        .default('ALIVE'),
    )
    .addOption(ofGroup('only of this resource group'))
  addPageOptions(list, { filter: 'id like "i-%"', order: '+id' }).action(
    bind<ListFlags>(({ context, options }) => listAgents(context, options)),
  )

  subcommand(agent, { name: 'info', summary: 'show one agent', examples: ['admin agent info i-node1'] })
    .argument('<ID>', 'agent id')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(agent, {
    name: 'update',
    summary: 'move an agent, or keep new sessions away from it',
    examples: [
      'admin agent update i-node1 --schedulable false',
      'admin agent update i-node1 --scaling-group gpu',
    ],
  })
    .argument('<ID>', 'agent id')
    .option('--schedulable <BOOL>', 'whether new sessions may come', bool)
    .addOption(ofGroup('resource group it shall belong to'))
    .action(
      bind<UpdateFlags>(async ({ context, options, args: [id = ''] }) => {
        const changes = someOf({ schedulable: options.schedulable, scalingGroup: options.scalingGroup })
        await onNamed(context, AGENT, id, (client) => client.agents.update(id, changes))
        return finish(context, {}, `Agent ${id} is changed.`)
      }),
    )
}

async function listAgents(context: CommandContext, flags: ListFlags): Promise<number> {
  const { agents } = await context.client()
  const { status, scalingGroup } = flags
  return showPages(context, flags, (part, signal) => agents.list({ ...part, status, scalingGroup }, signal), {
    none: `There are no agents in status ${status}.`,
    cells: [
      { title: 'ID', min: 10, show: ({ id }) => id },
      { title: 'STATUS', show: (agent) => agent.status },
      { title: 'GROUP', min: 6, show: ({ scaling_group }) => scaling_group ?? '' },
      {
        title: 'CPU',
        align: 'right',
        show: ({ cpu_cur_pct: pct }) => (pct === null ? '' : `${pct.toFixed(0)} %`),
      },
      { title: 'USED', min: 10, show: ({ occupied_slots }) => slotsText(occupied_slots) },
      { title: 'TOTAL', min: 10, show: ({ available_slots }) => slotsText(available_slots) },
    ],
  })
}

async function info(context: CommandContext, id: string): Promise<number> {
  const agent = await findNamed(context, AGENT, id, (client) => client.agents.detail(id))
  return showItem(context, agent, fieldsOf(agent, context.io.now()))
}

function fieldsOf(agent: AgentDetail, now: number): [string, string][] {
  return [
    ['Id', agent.id],
    ['Status', agent.status],
    ['Architecture', agent.architecture],
    ['Region', agent.region ?? ''],
    ['First contact', agent.first_contact ? ago(agent.first_contact, now) : ''],
    ['CPU', agent.cpu_cur_pct === null ? '' : `${agent.cpu_cur_pct.toFixed(1)} %`],
    ['Used', slotsText(agent.occupied_slots)],
    ['Total', slotsText(agent.available_slots)],
    ...metrics(agent.live_stat),
  ]
}

function metrics(liveStat: string | null): [string, string][] {
  const node = jsonObject(jsonObject(liveStat).node)
  return Object.entries(node).map(([name, metric]): [string, string] => {
    const { current, capacity, unit_hint: unit } = jsonObject(metric)
    const show = (value: unknown): string =>
      unit === 'bytes' ? sizeText(Number(value)) : `${String(value)}${unit === 'pct' ? ' %' : ''}`
    const whole = capacity === null || capacity === undefined ? '' : ` of ${show(capacity)}`
    return [name, `${show(current)}${whole}`]
  })
}
