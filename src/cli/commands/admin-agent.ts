import { Option } from 'commander'
import type { Agent } from '../../client/admin/agents.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { jsonObject, sizeText, slotsText } from '../sizes.ts'
import { ago } from '../times.ts'

interface AgentListFlags {
  status: string
  scalingGroup?: string
  filter?: string
  order?: string
}

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

export const defineAdminAgent: Define = (parent, bind) => {
  const agent = subcommand(parent, {
    name: 'agent',
    usage: '<command>',
    summary: 'machines that run sessions',
    examples: ['admin agent list', 'admin agent info i-node1'],
  }).enablePositionalOptions()

  subcommand(agent, { name: 'list', summary: 'list agents', examples: ['admin agent list --status LOST'] })
    .addOption(
      new Option('--status <STATUS>', 'only agents in this status')
        .choices(['ALIVE', 'LOST', 'RESTARTING', 'TERMINATED'])
        .default('ALIVE'),
    )
    .option('--scaling-group <NAME>', 'only of this resource group')
    .option('--filter <EXPR>', 'such as id like "i-%"')
    .option('--order <FIELDS>', 'such as +id')
    .action(bind<AgentListFlags>(({ context, options }) => list(context, options)))

  subcommand(agent, { name: 'info', summary: 'show one agent', examples: ['admin agent info i-node1'] })
    .argument('<ID>', 'agent id')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))
}

async function list({ client, out }: CommandContext, flags: AgentListFlags): Promise<number> {
  const { items, totalCount } = await (await client()).agents.list(flags)
  if (out.isJson) {
    out.json({ items, total_count: totalCount })
    return EXIT.ok
  }
  if (items.length === 0) {
    out.info(`There are no agents in status ${flags.status}.`)
    return EXIT.ok
  }
  out.table(
    [
      { title: 'ID', min: 10 },
      { title: 'STATUS' },
      { title: 'GROUP', min: 6 },
      { title: 'CPU', align: 'right' },
      { title: 'USED', min: 10 },
      { title: 'TOTAL', min: 10 },
    ],
    items.map((agent) => [
      agent.id,
      agent.status,
      agent.scaling_group ?? '',
      agent.cpu_cur_pct === null ? '' : `${agent.cpu_cur_pct.toFixed(0)} %`,
      slotsText(agent.occupied_slots),
      slotsText(agent.available_slots),
    ]),
  )
  return EXIT.ok
}

async function info({ client, out, io }: CommandContext, id: string): Promise<number> {
  const agent = await (await client()).agents.detail(id)
  if (!agent)
    throw new CliError(`There is no agent "${id}".`, { hints: ['"backend.ai admin agent list" lists them.'] })
  if (out.isJson) out.json(agent)
  else out.fields(fieldsOf(agent, io.now()))
  return EXIT.ok
}

function fieldsOf(agent: AgentDetail, now: number): [string, string][] {
  const fields: [string, string][] = [
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
  return fields.filter(([, value]) => value !== '')
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
