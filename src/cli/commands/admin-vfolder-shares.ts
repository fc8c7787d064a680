import { Option } from 'commander'
import type { SharedFolder } from '../../client/admin/storage-hosts.ts'
import { finish } from '../admin/finish.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'

/** The commands of `admin vfolder` that are about who shares which folder. */
export const defineAdminVfolderShares: Define = (vfolder, bind) => {
  subcommand(vfolder, {
    name: 'list-shared-vfolders',
    summary: 'list who shares which folder with whom',
    examples: ['admin vfolder list-shared-vfolders'],
  }).action(
    bind(async ({ context }) => showShares(context, await (await context.client()).storageHosts.shared())),
  )

  subcommand(vfolder, {
    name: 'shared-vfolder-info',
    summary: 'show with whom one folder is shared',
    examples: ['admin vfolder shared-vfolder-info FOLDER'],
  })
    .argument('<FOLDER_ID>', 'its id')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(vfolder, {
    name: 'update-shared-vf-permission',
    usage: '<FOLDER_ID> <USER>',
    summary: 'change what a user may do in a shared folder',
    examples: ['admin vfolder update-shared-vf-permission ID USER -p ro'],
  })
    .argument('<FOLDER_ID>', 'its id')
    .argument('<USER>', 'id of a user it is shared with')
    .addOption(
      new Option('-p, --permission <WORD>', 'read, write, or delete too')
        .choices(['ro', 'rw', 'wd'])
        .makeOptionMandatory(),
    )
    .action(
      bind<{ permission: string }>(async ({ context, options, args: [folder = '', user = ''] }) => {
        await (await context.client()).storageHosts.updateShared(folder, user, options.permission)
        return finish(context, {}, `User ${user} has ${options.permission} on folder ${folder}.`)
      }),
    )

  subcommand(vfolder, {
    name: 'remove-shared-vf-permission',
    usage: '<FOLDER_ID> <USER>',
    summary: 'take a shared folder away from a user',
    examples: ['admin vfolder remove-shared-vf-permission FOLDER USER'],
  })
    .argument('<FOLDER_ID>', 'its id')
    .argument('<USER>', 'id of a user it is shared with')
    .action(
      bind(async ({ context, args: [folder = '', user = ''] }) => {
        await (await context.client()).storageHosts.updateShared(folder, user, null)
        return finish(context, {}, `Folder ${folder} is no longer shared with user ${user}.`)
      }),
    )
}

const showShares = (context: CommandContext, shares: readonly SharedFolder[]): number =>
  showList(context, shares, {
    none: 'No folder is shared.',
    cells: [
      { title: 'FOLDER', min: 10, show: ({ vfolder_name }) => vfolder_name },
      { title: 'ID', min: 12, show: ({ vfolder_id }) => vfolder_id },
      { title: 'OWNER', min: 10, show: ({ owner }) => owner },
      { title: 'SHARED TO', min: 10, show: ({ shared_to }) => shared_to.email },
      { title: 'PERM', show: ({ perm }) => perm },
      { title: 'TYPE', show: ({ type }) => type },
    ],
  })

async function info(context: CommandContext, folder: string): Promise<number> {
  const shares = await (await context.client()).storageHosts.shared(folder)
  const [share, ...more] = shares
  // With --json always a list, however many share it.
  if (!share || more.length > 0 || context.out.isJson) return showShares(context, shares)
  return showItem(context, share, fieldsOf(share))
}

const fieldsOf = (share: SharedFolder): [string, string][] => [
  ['Folder', share.vfolder_name],
  ['Id', share.vfolder_id],
  ['Owner', share.owner],
  ['Status', share.status],
  ['Type', share.type],
  ['Shared to', `${share.shared_to.email} (${share.shared_to.uuid})`],
  ['Permission', share.perm],
]
