import type { Command } from 'commander'
import { FOLDER_FIELDS, type FolderScope } from '../../client/vfolder-list.ts'
import type { Bind } from '../bind.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { addListFlags, type ListFlags } from '../list/list-flags.ts'
import { type Cell, fieldText, showList } from '../list/show-list.ts'
import { ago } from '../times.ts'

interface FolderListFlags extends ListFlags {
  group?: string
}

const CELLS: readonly Cell[] = [
  { field: 'name', column: { title: 'NAME', min: 12 } },
  { field: 'host', column: { title: 'HOST' } },
  { field: 'permission', column: { title: 'PERM' } },
  { field: 'ownership_type', column: { title: 'OWNED BY' } },
  { field: 'creator', column: { title: 'CREATOR', min: 8 } },
  { field: 'status', column: { title: 'STATUS', min: 8 } },
  {
    field: 'created_at',
    column: { title: 'CREATED' },
    show: (item, now) => ago(item.created_at, now) || fieldText(item.created_at),
  },
]

const LISTS: readonly (readonly [name: string, scope: FolderScope, summary: string])[] = [
  ['list', 'all', 'list your folders, or those of everybody (administrators)'],
  ['list-own', 'own', 'list your own folders'],
  ['list-invited', 'invited', 'list folders that others share with you'],
  ['list-project', 'project', 'list folders of your projects'],
]

export const defineFolderLists: Define = (parent, bind) => {
  for (const [name, scope, summary] of LISTS) defineList(parent, bind, name, scope, summary)

  subcommand(parent, {
    name: 'list-hosts',
    summary: 'list the storage hosts that you may use',
    examples: ['vfolder list-hosts'],
  })
    .option('-g, --group <ID>', 'those of this project')
    .action(bind<{ group?: string }>(({ context, options }) => listHosts(context, options.group)))

  subcommand(parent, {
    name: 'list-allowed-types',
    summary: 'show whose folders may be created',
    examples: ['vfolder list-allowed-types'],
  }).action(
    bind(async ({ context: { client, out } }) => {
      const types = await (await client()).vfolders.allowedTypes()
      if (out.isJson) out.json(types)
      else out.text(types.join('\n'))
      return EXIT.ok
    }),
  )
}

function defineList(parent: Command, bind: Bind, name: string, scope: FolderScope, summary: string): void {
  const command = subcommand(parent, {
    name,
    summary,
    examples: [`vfolder ${name}`, `vfolder ${name} --order -created_at --json`],
  })
  if (scope === 'all') command.option('-g, --group <ID>', 'only folders of this project')
  addListFlags(command).action(
    bind<FolderListFlags>(({ context, options }) =>
      showList(context, options, {
        cells: CELLS,
        fields: FOLDER_FIELDS,
        empty:
          scope === 'all'
            ? 'You own no folders. "list-invited" and "list-project" show those of others.'
            : 'There are no such folders.',
        read: async (query, signal) => {
          const groupId = options.group ? { groupId: options.group } : {}
          return (await context.client()).vfolders.page({ ...query, ...groupId, scope }, signal)
        },
      }),
    ),
  )
}

async function listHosts({ client, out }: CommandContext, group: string | undefined): Promise<number> {
  const hosts = await (await client()).vfolders.hosts(group)
  if (out.isJson) {
    out.json(hosts)
    return EXIT.ok
  }
  if (hosts.allowed.length === 0) out.info('There is no storage host for you.')
  else
    out.table(
      [{ title: 'HOST', min: 12 }, { title: 'BACKEND' }, { title: '' }],
      hosts.allowed.map((host) => [
        host,
        fieldText(hosts.volume_info?.[host]?.backend),
        host === hosts.default ? 'default' : '',
      ]),
    )
  return EXIT.ok
}
