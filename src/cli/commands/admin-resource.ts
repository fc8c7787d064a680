import type { ProjectUsage } from '../../client/admin/usage.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { groupId } from '../admin/group-id.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'

export const defineAdminResource: Define = (parent, bind) => {
  const resource = commandGroup(parent, {
    name: 'resource',
    summary: 'slots, and what was used by whom',
    examples: ['admin resource query-slots', 'admin resource usage-per-month 202611'],
  })

  subcommand(resource, {
    name: 'query-slots',
    summary: 'list the kinds of resources and their units',
    examples: ['admin resource query-slots'],
  }).action(bind(({ context }) => querySlots(context)))

  subcommand(resource, {
    name: 'vfolder-types',
    summary: 'list whose folders there may be',
    examples: ['admin resource vfolder-types'],
  }).action(
    bind(async ({ context }) =>
      print(context, await (await context.client()).etcdConfig.vfolderTypes(), (types) => types),
    ),
  )

  subcommand(resource, {
    name: 'docker-registries',
    summary: 'list the container registries',
    examples: ['admin resource docker-registries'],
  }).action(
    bind(async ({ context }) =>
      print(context, await (await context.client()).etcdConfig.dockerRegistries(), Object.keys),
    ),
  )

  subcommand(resource, {
    name: 'recalculate-usage',
    summary: 'count anew what sessions occupy',
    examples: ['admin resource recalculate-usage'],
  }).action(
    bind(async ({ context }) => {
      await (await context.client()).usage.recalculate()
      return finish(context, {}, 'What sessions occupy is counted anew.')
    }),
  )

  subcommand(resource, {
    name: 'usage-per-month',
    summary: 'show what projects used in a month',
    examples: ['admin resource usage-per-month 202611', 'admin resource usage-per-month 202611 robots'],
  })
    .argument('<MONTH>', 'yyyymm')
    .argument('[GROUPS...]', 'projects by id or name; all by default')
    .action(
      bind(async ({ context, args: [month = '', ...groups] }) => {
        check(month, /^\d{6}$/, 'The month must be written as yyyymm.')
        const ids = await Promise.all(groups.map((group) => groupId(context, group)))
        return showUsage(context, await (await context.client()).usage.perMonth(month, ids))
      }),
    )

  subcommand(resource, {
    name: 'usage-per-period',
    usage: '<GROUP> <START> <END>',
    summary: 'show what a project used between two days',
    examples: ['admin resource usage-per-period robots 20261101 20261130'],
  })
    .argument('<GROUP>', 'project by id or name')
    .argument('<START>', 'yyyymmdd')
    .argument('<END>', 'yyyymmdd')
    .action(
      bind(async ({ context, args: [group = '', start = '', end = ''] }) => {
        for (const date of [start, end]) check(date, /^\d{8}$/, 'Dates must be written as yyyymmdd.')
        const id = await groupId(context, group)
        return showUsage(context, await (await context.client()).usage.perPeriod(id, start, end))
      }),
    )
}

function check(text: string, pattern: RegExp, message: string): void {
  if (!pattern.test(text)) throw usageError(message)
}

/** A plain list, one a line. */
function print<T>({ out }: CommandContext, value: T, lines: (value: T) => readonly string[]): number {
  if (out.isJson) out.json(value)
  else out.text(lines(value).join('\n'))
  return EXIT.ok
}

async function querySlots(context: CommandContext): Promise<number> {
  const slots = await (await context.client()).etcdConfig.resourceSlots()
  if (context.out.isJson) {
    context.out.json(slots)
    return EXIT.ok
  }
  context.out.table([{ title: 'SLOT' }, { title: 'UNIT' }], Object.entries(slots))
  return EXIT.ok
}

const HOUR_MS = 3_600_000

const showUsage = (context: CommandContext, usage: readonly ProjectUsage[]): number =>
  showList(context, usage, {
    none: 'Nothing was used.',
    cells: [
      { title: 'PROJECT', min: 10, show: ({ g_name }) => g_name },
      { title: 'DOMAIN', min: 6, show: ({ domain_name }) => domain_name },
      { title: 'SESSIONS', align: 'right', show: ({ c_infos }) => String(c_infos.length) },
      { title: 'CPU HOURS', align: 'right', show: (each) => (each.g_cpu_used / HOUR_MS).toFixed(1) },
      { title: 'MEMORY', align: 'right', show: ({ g_mem_used }) => sizeText(g_mem_used) },
      { title: 'READ', align: 'right', show: ({ g_io_read }) => sizeText(g_io_read) },
      { title: 'WRITTEN', align: 'right', show: ({ g_io_write }) => sizeText(g_io_write) },
    ],
  })
