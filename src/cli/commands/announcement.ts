import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineAnnouncement: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'announcement',
    summary: 'print what the administrators announce',
    examples: ['announcement'],
  }).action(
    bind(async ({ context: { client, out } }) => {
      const { enabled, message } = await (await client()).system.announcement()
      if (out.isJson) out.json({ enabled, message })
      else if (enabled) out.text(message)
      else out.info('There is no announcement.')
      return EXIT.ok
    }),
  )
}
