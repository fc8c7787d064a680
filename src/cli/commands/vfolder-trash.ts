import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { isUuid } from '../session/event-query.ts'

export const defineFolderTrash: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'restore',
    aliases: ['recover'],
    summary: 'take a deleted folder out of the trash',
    examples: ['vfolder restore data'],
  })
    .argument('<FOLDER>', 'name or id')
    .action(
      bind(async ({ context, args: [folder = ''] }) => {
        const id = await idInTrash(context, folder)
        await (await context.client()).vfolders.restore(id)
        return finish(context, { folder, id }, `Folder ${folder} is back.`)
      }),
    )

  subcommand(parent, {
    name: 'purge',
    aliases: ['delete-trash'],
    summary: 'remove a deleted folder and its files for ever',
    examples: ['vfolder purge data'],
  })
    .argument('<FOLDER>', 'name or id')
    .action(
      bind(async ({ context, args: [folder = ''] }) => {
        await confirm(context, `Remove the folder ${folder} and its files for ever?`)
        const id = await idInTrash(context, folder)
        await (await context.client()).vfolders.purge(id)
        return finish(context, { folder, id }, `Folder ${folder} is removed.`)
      }),
    )
}

/** Several folders of the same name may be in the trash: the server wants the id. */
async function idInTrash(context: CommandContext, folder: string): Promise<string> {
  if (isUuid(folder)) return folder
  const { vfolders } = await context.client()
  const filter = `name == ${JSON.stringify(folder)} & status == "delete-pending"`
  const { items } = await vfolders.page({ filter, fields: ['id', 'created_at'] }, context.signal)
  const [first, ...others] = items
  if (!first) {
    throw new CliError(`There is no folder "${folder}" in the trash.`, {
      hints: ['"backend.ai vfolder list" shows those of the status delete-pending.'],
    })
  }
  if (others.length > 0) {
    throw new CliError(`There are several folders "${folder}" in the trash; name one by its id.`, {
      hints: items.map(({ id, created_at }) => `${id}  made ${created_at}`),
    })
  }
  return String(first.id)
}

function finish({ out }: CommandContext, json: object, message: string): number {
  if (out.isJson) out.json(json)
  out.done(message)
  return EXIT.ok
}
