import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { checkName } from '../session/session-options.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineRename: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'rename',
    summary: 'give a session another name',
    examples: ['rename mysession training-1'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('<NEW_NAME>', '4 to 64 characters')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args }) => {
        const [session = '', name = ''] = args
        checkName(name)
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal: context.signal }
        await onSession(context, session, () => client.sessions.rename(session, name, ref))
        if (context.out.isJson) context.out.json({ session, name })
        context.out.done(`Session ${session} is now ${name}.`)
        return EXIT.ok
      }),
    )
}
