import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { addListOptions, type ListFlags, listSessions } from '../session/list-sessions.ts'

export const definePs: Define = (parent, bind) => {
  const command = subcommand(parent, {
    name: 'ps',
    summary: 'list your sessions',
    examples: [
      'ps',
      'ps --all --format name,status,occupying_slots',
      `ps --filter 'type == "batch"' --watch`,
    ],
  })
  addListOptions(command).action(
    bind<ListFlags>(async ({ context, options }) => {
      const { accessKey } = await context.settings()
      return listSessions(context, options, accessKey)
    }),
  )
}
