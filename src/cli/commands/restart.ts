import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { forEachSession } from '../session/for-each-session.ts'
import { onSession } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineRestart: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'restart',
    usage: '[options] <SESSIONS...>',
    summary: 'restart sessions',
    examples: ['restart mysession'],
  })
    .argument('<SESSIONS...>', 'names or ids')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args }) => {
        const client = await context.client()
        const restarted: string[] = []
        const failures = await forEachSession(context, args, async (session) => {
          const ref = { ownerAccessKey: options.owner, signal: context.signal }
          await onSession(context, session, () => client.sessions.restart(session, ref))
          restarted.push(session)
          context.out.done(`Session ${session} is restarted.`)
        })
        if (context.out.isJson) context.out.json({ restarted })
        return failures === 0 ? EXIT.ok : EXIT.failed
      }),
    )
}
