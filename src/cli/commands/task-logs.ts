import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { isUuid } from '../session/event-query.ts'
import { findSession } from '../session/find-session.ts'
import { unknownSession } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineTaskLogs: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'task-logs',
    summary: 'print what a batch session has printed, also after its end',
    examples: ['task-logs mybatch'],
  })
    .argument('<SESSION>', 'name or id of the session, or id of its kernel')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args: [session = ''] }) => {
        const { out, io, signal } = context
        const id = isUuid(session) ? session : (await findSession(context, session))?.id
        if (typeof id !== 'string') throw await unknownSession(context, session)
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
