import type { FolderInfo, FolderPermission, FolderUsage } from '../../client/vfolder-types.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { CliError, EXIT, usageError } from '../exit-code.ts'
import {
  addNewFolderOptions,
  type NewFolderFlags,
  permissionOption,
  usageModeOption,
  yesOrNo,
} from '../folder/folder-flags.ts'
import { onFolder } from '../folder/known-folder.ts'
import { subcommand } from '../global-options.ts'
import { showTask } from '../show-task.ts'
import { sizeText } from '../sizes.ts'

export const defineFolderLife: Define = (parent, bind) => {
  const create = subcommand(parent, {
    name: 'create',
    summary: 'create a folder',
    examples: ['vfolder create data', 'vfolder create -g research data local:volume1'],
  })
    .argument('<NAME>', 'name of the folder')
    .argument('[HOST]', 'storage host; the default host of the cluster when absent')
  addNewFolderOptions(create).action(
    bind<NewFolderFlags>(async ({ context, options, args }) => {
      const [name = '', host] = args
      if (options.unmanaged && !host) throw usageError('--unmanaged needs the path of the directory.')
      const client = await context.client()
      const { unmanaged, ...wanted } = options
      const place = host === undefined ? {} : unmanaged ? { unmanagedPath: host } : { host }
      const folder = await client.vfolders.create({ name, ...place, ...newFolder(wanted) }, context.signal)
      if (context.out.isJson) context.out.json(folder)
      context.out.done(`Folder ${folder.name} is created on ${folder.host}.`)
      return EXIT.ok
    }),
  )

  subcommand(parent, { name: 'delete', summary: 'delete a folder', examples: ['vfolder delete data'] })
    .argument('<FOLDER>', 'name or id')
    .action(
      bind(async ({ context, args }) => {
        const [folder = ''] = args
        const client = await context.client()
        await confirm(context, `Delete the folder ${folder}?`)
        await onFolder(context, folder, () => client.vfolders.delete(folder))
        const message = `Folder ${folder} is deleted. While it is in the trash, "vfolder restore" brings it back.`
        return finish(context, { folder }, message)
      }),
    )

  subcommand(parent, {
    name: 'rename',
    summary: 'give a folder another name',
    examples: ['vfolder rename data data-2025'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<NEW_NAME>', 'its name from now on')
    .action(
      bind(async ({ context, args }) => {
        const [folder = '', name = ''] = args
        const client = await context.client()
        await onFolder(context, folder, () => client.vfolders.rename(folder, name))
        return finish(context, { folder, name }, `Folder ${folder} is now ${name}.`)
      }),
    )

  subcommand(parent, {
    name: 'info',
    summary: 'show everything about a folder',
    examples: ['vfolder info data'],
  })
    .argument('<FOLDER>', 'name or id')
    .action(
      bind(async ({ context, args }) => {
        const [folder = ''] = args
        const client = await context.client()
        const info = await onFolder(context, folder, () => client.vfolders.info(folder, context.signal))
        if (context.out.isJson) context.out.json(info)
        else printInfo(context, info)
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'update-options',
    summary: 'change what a folder allows',
    examples: [
      'vfolder update-options data --permission ro',
      'vfolder update-options data --set-cloneable yes',
    ],
  })
    .argument('<FOLDER>', 'name or id')
    .addOption(permissionOption())
    .option('--set-cloneable <YES|NO>', 'whether others may clone it', yesOrNo)
    .action(
      bind<{ permission?: FolderPermission; setCloneable?: boolean }>(async ({ context, options, args }) => {
        const [folder = ''] = args
        const { permission, setCloneable: cloneable } = options
        if (permission === undefined && cloneable === undefined) {
          throw usageError('Nothing is to be changed.', 'Give --permission or --set-cloneable.')
        }
        const wanted = {
          ...(permission === undefined ? {} : { permission }),
          ...(cloneable === undefined ? {} : { cloneable }),
        }
        const client = await context.client()
        await onFolder(context, folder, () => client.vfolders.updateOptions(folder, wanted))
        return finish(context, { folder, ...wanted }, `Folder ${folder} is changed.`)
      }),
    )

  subcommand(parent, {
    name: 'clone',
    summary: 'copy a folder whose owner allows it',
    examples: ['vfolder clone data my-data local:volume1'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<NEW_NAME>', 'name of the copy')
    .argument('[HOST]', 'storage host of the copy')
    .addOption(usageModeOption())
    .addOption(permissionOption())
    .action(
      bind<{ usageMode?: FolderUsage; permission?: FolderPermission }>(({ context, options, args }) =>
        clone(context, args, options),
      ),
    )
}

/** Without the options that were not given. */
function newFolder(flags: Omit<NewFolderFlags, 'unmanaged'>): Omit<NewFolderFlags, 'unmanaged'> {
  const { group, usageMode, permission, quota, cloneable } = flags
  return {
    ...(group === undefined ? {} : { group }),
    ...(usageMode === undefined ? {} : { usageMode }),
    ...(permission === undefined ? {} : { permission }),
    ...(quota === undefined ? {} : { quota }),
    ...(cloneable === undefined ? {} : { cloneable }),
  }
}

async function clone(
  context: CommandContext,
  args: readonly string[],
  options: { usageMode?: FolderUsage; permission?: FolderPermission },
): Promise<number> {
  const [folder = '', name = '', host] = args
  const client = await context.client()
  const info = await onFolder(context, folder, () => client.vfolders.info(folder, context.signal))
  if (!info.cloneable) {
    throw new CliError(`The folder ${folder} may not be cloned.`, {
      hints: [`Its owner can allow it: "backend.ai vfolder update-options ${folder} --set-cloneable yes".`],
    })
  }
  const taskId = await client.vfolders.clone(folder, { name, ...(host ? { host } : {}), ...options })
  if (taskId === null) return finish(context, { folder, name }, `Folder ${name} is a copy of ${folder}.`)
  return showTask(context, taskId, 'The clone')
}

function printInfo({ out }: CommandContext, info: FolderInfo): void {
  const owner =
    info.type === 'group' ? `project ${info.group_name ?? info.group}` : (info.user_email ?? info.user)
  out.fields([
    ['Name', info.name],
    ['Id', spelledId(info.id)],
    ['Host', info.host],
    ['Owner', `${owner}${info.is_owner ? ' (you)' : ''}`],
    ['Permission', info.permission],
    ['Used for', info.usage_mode],
    ['Status', info.status],
    ['Files', String(info.numFiles ?? '')],
    ...(info.used_bytes === undefined ? [] : [['Size', sizeText(info.used_bytes)] as const]),
    ['Cloneable', info.cloneable ? 'yes' : 'no'],
    ...(info.created_at ? [['Created', info.created_at] as const] : []),
    ...(info.last_used ? [['Last used', info.last_used] as const] : []),
  ])
}

/** With hyphens, as lists show it. */
const spelledId = (id: string): string =>
  id.replace(/^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/, '$1-$2-$3-$4-$5')

function finish({ out }: CommandContext, json: object, message: string): number {
  if (out.isJson) out.json(json)
  out.done(message)
  return EXIT.ok
}
