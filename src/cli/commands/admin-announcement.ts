import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { dismissAnnouncement } from '../announcement.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineAdminAnnouncement: Define = (parent, bind) => {
  const announcement = commandGroup(parent, {
    name: 'announcement',
    summary: 'what everybody is told',
    examples: ['admin announcement get', 'admin announcement update -m "Maintenance at **22:00**"'],
  })

  subcommand(announcement, {
    name: 'get',
    summary: 'show the announcement',
    examples: ['admin announcement get'],
  }).action(bind(({ context }) => get(context)))

  subcommand(announcement, {
    name: 'update',
    summary: 'announce something',
    examples: [
      'admin announcement update -m "Maintenance at **22:00**"',
      'admin announcement update < news.md',
    ],
  })
    .option('-m, --message <MARKDOWN>', 'the text; standard input by default')
    .action(
      bind<{ message?: string }>(async ({ context, options }) => {
        const message = (options.message ?? (await context.io.stdin.readAll())).trim()
        if (message === '') {
          throw usageError('The announcement is empty.', '"backend.ai admin announcement delete" removes it.')
        }
        await (await context.client()).manager.updateAnnouncement(message)
        return finish(context, { enabled: true, message }, 'Everybody is told.')
      }),
    )

  subcommand(announcement, {
    name: 'delete',
    summary: 'remove the announcement',
    examples: ['admin announcement delete'],
  }).action(
    bind(async ({ context }) => {
      await (await context.client()).manager.deleteAnnouncement()
      return finish(context, { enabled: false }, 'There is no announcement any more.')
    }),
  )

  subcommand(announcement, {
    name: 'dismiss',
    summary: 'be shown the announcement no more, until it changes',
    examples: ['admin announcement dismiss'],
  }).action(
    bind(async ({ context }) => {
      if (await dismissAnnouncement(context)) return finish(context, {}, 'It is not shown any more.')
      throw new CliError('There is no announcement to dismiss.')
    }),
  )
}

async function get({ client, out }: CommandContext): Promise<number> {
  const found = await (await client()).manager.announcement()
  if (out.isJson) out.json(found)
  else if (found.enabled) out.text(found.message)
  else out.info('There is no announcement.')
  return EXIT.ok
}
