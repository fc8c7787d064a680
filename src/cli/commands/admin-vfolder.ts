import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { groupId } from '../admin/group-id.ts'
import { addPageOptions, type PageFlags, showPages } from '../admin/show-pages.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { ago } from '../times.ts'
import { defineAdminVfolderHosts } from './admin-vfolder-hosts.ts'
import { defineAdminVfolderShares } from './admin-vfolder-shares.ts'

export const defineAdminVfolder: Define = (parent, bind) => {
  const vfolder = commandGroup(parent, {
    name: 'vfolder',
    summary: 'folders of everybody, and where they are',
    examples: ['admin vfolder list', 'admin vfolder list-hosts'],
  })

  const list = subcommand(vfolder, {
    name: 'list',
    summary: 'list the folders of everybody',
    examples: ['admin vfolder list -g robots'],
  }).option('-g, --group <GROUP>', 'only of this project, by id or name')
  addPageOptions(list, { filter: 'host == "local:volume1"', order: '-created_at' }).action(
    bind<PageFlags & { group?: string }>(({ context, options }) => listFolders(context, options)),
  )

  subcommand(vfolder, {
    name: 'change-vfolder-ownership',
    usage: '<FOLDER_ID> <EMAIL>',
    summary: 'give a folder to another user',
    examples: ['admin vfolder change-vfolder-ownership FOLDER user@example.com'],
  })
    .argument('<FOLDER_ID>', 'its id')
    .argument('<EMAIL>', 'its new owner')
    .action(
      bind(async ({ context, args: [folder = '', email = ''] }) => {
        await (await context.client()).storageHosts.changeOwner(folder, email)
        return finish(context, {}, `Folder ${folder} belongs to ${email}.`)
      }),
    )

  defineAdminVfolderHosts(vfolder, bind)
  defineAdminVfolderShares(vfolder, bind)
}

async function listFolders(context: CommandContext, flags: PageFlags & { group?: string }): Promise<number> {
  const { vfolders } = await context.client()
  const group = flags.group ? { groupId: await groupId(context, flags.group) } : {}
  return showPages(
    context,
    flags,
    ({ filter, order, limit = 100, offset = 0 }, signal) => {
      const given = { ...(filter ? { filter } : {}), ...(order ? { order } : {}) }
      return vfolders.page({ ...group, ...given, limit, offset }, signal)
    },
    {
      none: 'There are no such folders.',
      cells: [
        { title: 'NAME', min: 10, show: ({ name }) => String(name ?? '') },
        { title: 'HOST', min: 8, show: ({ host }) => String(host ?? '') },
        { title: 'TYPE', show: (each) => String(each.ownership_type ?? '') },
        { title: 'CREATOR', min: 10, show: ({ creator }) => String(creator ?? '') },
        { title: 'PERM', show: ({ permission }) => String(permission ?? '') },
        { title: 'STATUS', show: ({ status }) => String(status ?? '') },
        { title: 'CREATED', show: ({ created_at }, now) => ago(created_at, now) },
      ],
    },
  )
}
