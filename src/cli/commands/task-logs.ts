import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineTaskLogs: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'task-logs',
    summary: 'print what a batch session has printed, also after its end',
    examples: ['task-logs ID'],
  })
    .argument('<SESSION>', 'id of the session or its kernel')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args: [id = ''] }) => {
        const { out, io, signal } = context
        const client = await context.client()
        const stream = await client.sessions.taskLogs(id, { ownerAccessKey: options.owner, signal })
        const decoder = new TextDecoder()
        let text = ''
        for await (const chunk of stream) {
          if (out.isJson) text += decoder.decode(chunk, { stream: true })
          else io.stdout.write(chunk)
        }
        if (out.isJson) out.json({ session: id, logs: text })
        return EXIT.ok
      }),
    )
}
