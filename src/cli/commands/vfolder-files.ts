import type { FolderFile } from '../../client/vfolder-types.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { EXIT } from '../exit-code.ts'
import { onFolder } from '../folder/known-folder.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'
import { ago } from '../times.ts'

export const defineFolderFiles: Define = (parent, bind) => {
  subcommand(parent, { name: 'ls', summary: 'list files in a folder', examples: ['vfolder ls data images'] })
    .argument('<FOLDER>', 'name or id')
    .argument('[PATH]', 'directory inside it', '.')
    .action(
      bind(async ({ context, args }) => {
        const [folder = '', path = '.'] = args
        const client = await context.client()
        const files = await onFolder(context, folder, () =>
          client.vfolders.listFiles(folder, path, context.signal),
        )
        if (context.out.isJson) context.out.json({ folder, path, files })
        else printFiles(context, files)
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'mkdir',
    summary: 'make a directory in a folder',
    examples: ['vfolder mkdir -p data images/2025'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<PATH>', 'the new directory')
    .option('-p, --parents', 'make the directories above it as well')
    .option('-e, --exist-ok', 'it may be there already')
    .action(
      bind<{ parents?: boolean; existOk?: boolean }>(async ({ context, options, args }) => {
        const [folder = '', path = ''] = args
        const client = await context.client()
        await onFolder(context, folder, () => client.vfolders.mkdir(folder, path, options))
        return finish(context, { folder, path }, `Made ${path} in ${folder}.`)
      }),
    )

  subcommand(parent, {
    name: 'mv',
    summary: 'move a file within a folder',
    examples: ['vfolder mv data a.csv old/a.csv'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<FROM>', 'file or directory')
    .argument('<TO>', 'its path from now on')
    .action(
      bind(async ({ context, args }) => {
        const [folder = '', from = '', to = ''] = args
        const client = await context.client()
        await onFolder(context, folder, () => client.vfolders.moveFile(folder, from, to))
        return finish(context, { folder, from, to }, `Moved ${from} to ${to}.`)
      }),
    )

  subcommand(parent, {
    name: 'rename-file',
    summary: 'give a file in a folder another name',
    examples: ['vfolder rename-file data old/a.csv b.csv'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<PATH>', 'file or directory')
    .argument('<NEW_NAME>', 'its name within its directory')
    .action(
      bind(async ({ context, args }) => {
        const [folder = '', path = '', name = ''] = args
        const client = await context.client()
        await onFolder(context, folder, () => client.vfolders.renameFile(folder, path, name))
        return finish(context, { folder, path, name }, `Renamed ${path} to ${name}.`)
      }),
    )

  subcommand(parent, {
    name: 'rm',
    aliases: ['delete-file'],
    usage: '[options] <FOLDER> <PATHS...>',
    summary: 'delete files in a folder',
    examples: ['vfolder rm data a.csv', 'vfolder rm -r data images'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<PATHS...>', 'files, or directories with -r')
    .option('-r, --recursive', 'directories with what is in them')
    .action(
      bind<{ recursive?: boolean }>(async ({ context, options, args }) => {
        const [folder = '', ...paths] = args
        const client = await context.client()
        await confirm(context, `Delete ${paths.join(', ')} in ${folder}?`)
        await onFolder(context, folder, () => client.vfolders.deleteFiles(folder, paths, options))
        return finish(context, { folder, deleted: paths }, `Deleted ${paths.join(', ')}.`)
      }),
    )
}

function printFiles({ out, io }: CommandContext, files: readonly FolderFile[]): void {
  if (files.length === 0) {
    out.info('There is nothing in it.')
    return
  }
  const now = io.now()
  out.table(
    [{ title: 'MODE' }, { title: 'SIZE', align: 'right' }, { title: 'CHANGED' }, { title: 'NAME', min: 12 }],
    files.map((file) => [
      file.mode,
      file.type === 'DIRECTORY' ? '' : sizeText(file.size),
      ago(file.modified, now),
      file.type === 'DIRECTORY' ? `${file.name}/` : file.name,
    ]),
  )
}

function finish({ out }: CommandContext, json: object, message: string): number {
  if (out.isJson) out.json(json)
  out.done(message)
  return EXIT.ok
}
