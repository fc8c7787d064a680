import { treeText } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { findNamed } from '../admin/noun.ts'
import { STORAGE_HOST } from '../admin/nouns.ts'
import { showItem } from '../admin/show-item.ts'
import { addPageOptions, type PageFlags, showPages } from '../admin/show-pages.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'

export const defineAdminStorage: Define = (parent, bind) => {
  const storage = commandGroup(parent, {
    name: 'storage',
    summary: 'hosts that keep folders',
    examples: ['admin storage list', 'admin storage info local:volume1'],
  })

  const list = subcommand(storage, {
    name: 'list',
    summary: 'list storage hosts',
    examples: ['admin storage list'],
  })
  addPageOptions(list, { filter: 'backend == "vfs"', order: '+id' }).action(
    bind<PageFlags>(({ context, options }) => listVolumes(context, options)),
  )

  subcommand(storage, {
    name: 'info',
    summary: 'show one storage host',
    examples: ['admin storage info local:volume1'],
  })
    .argument('<HOST>', 'PROXY:VOLUME')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))
}

async function listVolumes(context: CommandContext, flags: PageFlags): Promise<number> {
  const { storageVolumes } = await context.client()
  return showPages(context, flags, (part, signal) => storageVolumes.list(part, signal), {
    none: 'There are no storage hosts.',
    cells: [
      { title: 'HOST', min: 10, show: ({ id }) => id },
      { title: 'BACKEND', show: ({ backend }) => backend },
      { title: 'CAPABILITIES', min: 12, show: ({ capabilities }) => capabilities.join(', ') },
    ],
  })
}

async function info(context: CommandContext, id: string): Promise<number> {
  const volume = await findNamed(context, STORAGE_HOST, id, (client) => client.storageVolumes.detail(id))
  return showItem(context, volume, [
    ['Host', volume.id],
    ['Backend', volume.backend],
    ['Path', volume.path],
    ['Prefix', volume.fsprefix],
    ['Capabilities', volume.capabilities.join(', ')],
    ['Hardware', treeText(volume.hardware_metadata)],
    ['Performance', treeText(volume.performance_metric)],
    ['Usage', treeText(volume.usage)],
  ])
}
