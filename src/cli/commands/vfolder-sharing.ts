import type { Client } from '../../client/client.ts'
import type { FolderInvitation, FolderPermission } from '../../client/vfolder-types.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { permissionOption } from '../folder/folder-flags.ts'
import { onFolder } from '../folder/known-folder.ts'
import { subcommand } from '../global-options.ts'

export const defineFolderSharing: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'invite',
    usage: '[options] <FOLDER> <EMAILS...>',
    summary: 'ask users to share your folder',
    examples: ['vfolder invite data --perm ro friend@example.com'],
  })
    .argument('<FOLDER>', 'name or id')
    .argument('<EMAILS...>', 'whom to invite')
    .addOption(permissionOption('-p, --perm <PERM>'))
    .action(
      bind<{ perm?: FolderPermission }>(async ({ context, options, args: [folder = '', ...emails] }) => {
        const client = await context.client()
        const invited = await onFolder(context, folder, () =>
          client.vfolders.invite(folder, emails, options.perm),
        )
        if (context.out.isJson) context.out.json({ folder, invited })
        if (invited.length === 0) throw new CliError('Nobody was invited: they have access already.')
        context.out.done(`Invited: ${invited.join(', ')}.`)
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'invitations',
    summary: 'list, accept or refuse the invitations that you received',
    examples: ['vfolder invitations', 'vfolder invitations --accept ID'],
  })
    .option('--accept <ID>', 'accept this one')
    .option('--refuse <ID>', 'refuse this one')
    .option('--sent', 'list those that you sent')
    .action(
      bind<{ accept?: string; refuse?: string; sent?: boolean }>(async ({ context, options }) => {
        const { vfolders } = await context.client()
        if (options.accept) return accept(context, vfolders, options.accept)
        if (options.refuse) return refuse(context, vfolders, options.refuse)
        const list = options.sent
          ? await vfolders.sentInvitations(context.signal)
          : await vfolders.invitations(context.signal)
        if (context.out.isJson) context.out.json({ invitations: list })
        else printInvitations(context, list)
        const isAsked = context.io.stdin.isTTY && !context.out.isJson && !options.sent
        return isAsked && list.length > 0 ? choose(context, vfolders, list) : EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'share',
    usage: '[options] <FOLDER> <EMAILS...>',
    summary: 'give members of a project a permission of their own (administrators)',
    examples: ['vfolder share team-data --perm ro member@example.com'],
  })
    .argument('<FOLDER>', 'name or id of a folder of a project')
    .argument('<EMAILS...>', 'members of the project')
    .addOption(permissionOption('-p, --perm <PERM>'))
    .action(
      bind<{ perm?: FolderPermission }>(async ({ context, options, args: [folder = '', ...emails] }) => {
        const client = await context.client()
        const shared = await onFolder(context, folder, () =>
          client.vfolders.share(folder, emails, options.perm),
        )
        if (context.out.isJson) context.out.json({ folder, shared })
        context.out.done(`Shared with: ${shared.join(', ') || 'nobody new'}.`)
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'unshare',
    usage: '[options] <FOLDER> <EMAILS...>',
    summary: 'take such a permission back (administrators)',
    examples: ['vfolder unshare team-data member@example.com'],
  })
    .argument('<FOLDER>', 'name or id of a folder of a project')
    .argument('<EMAILS...>', 'members of the project')
    .action(
      bind(async ({ context, args: [folder = '', ...emails] }) => {
        const client = await context.client()
        const unshared = await onFolder(context, folder, () => client.vfolders.unshare(folder, emails))
        if (context.out.isJson) context.out.json({ folder, unshared })
        context.out.done(`No longer shared with: ${unshared.join(', ') || 'nobody'}.`)
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'leave',
    summary: 'give up a folder that somebody shares with you',
    examples: ['vfolder leave their-data'],
  })
    .argument('<FOLDER>', 'name or id')
    .option('-s, --shared-user-uuid <UUID>', 'for this user (administrators)')
    .action(
      bind<{ sharedUserUuid?: string }>(async ({ context, options, args: [folder = ''] }) => {
        const client = await context.client()
        const info = await onFolder(context, folder, () => client.vfolders.info(folder, context.signal))
        if (info.type === 'group') throw new CliError('The folder of a project cannot be left.')
        if (info.is_owner && !options.sharedUserUuid) {
          throw new CliError('This folder is your own.', {
            hints: ['"backend.ai vfolder delete" deletes it for everybody.'],
          })
        }
        await client.vfolders.leave(folder, options.sharedUserUuid)
        if (context.out.isJson) context.out.json({ folder })
        context.out.done(`You have left ${folder}.`)
        return EXIT.ok
      }),
    )
}

type FolderApi = Client['vfolders']

async function accept({ out }: CommandContext, folders: FolderApi, id: string): Promise<number> {
  await folders.acceptInvitation(id)
  if (out.isJson) out.json({ accepted: id })
  out.done('Accepted: the folder is among yours now.')
  return EXIT.ok
}

async function refuse({ out }: CommandContext, folders: FolderApi, id: string): Promise<number> {
  await folders.deleteInvitation(id)
  if (out.isJson) out.json({ refused: id })
  out.done('The invitation is deleted.')
  return EXIT.ok
}

function printInvitations({ out }: CommandContext, list: readonly FolderInvitation[]): void {
  if (list.length === 0) {
    out.info('There are no invitations.')
    return
  }
  out.table(
    [
      { title: '#' },
      { title: 'FOLDER', min: 8 },
      { title: 'FROM', min: 8 },
      { title: 'PERM' },
      { title: 'ID' },
    ],
    list.map((each, at) => [String(at + 1), each.vfolder_name, each.inviter, each.perm, each.id]),
  )
}

/** On a terminal one is chosen by its number, and answered. */
async function choose(
  context: CommandContext,
  folders: FolderApi,
  list: readonly FolderInvitation[],
): Promise<number> {
  const { io } = context
  io.stderr.write('Answer which one? (number, Enter for none) ')
  const chosen = list[Number(await io.stdin.readLine()) - 1]
  if (!chosen) return EXIT.ok
  io.stderr.write(`${chosen.vfolder_name} of ${chosen.inviter}: [a]ccept, [r]efuse or [c]ancel? `)
  const answer = (await io.stdin.readLine())?.trim().toLowerCase() ?? ''
  if (/^a(ccept)?$/.test(answer)) return accept(context, folders, chosen.id)
  if (/^r(efuse)?$/.test(answer)) return refuse(context, folders, chosen.id)
  return EXIT.ok
}
