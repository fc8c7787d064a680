import type { SessionStats } from '../../client/session-types.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { endSession } from '../session/end-session.ts'
import { forEachSession } from '../session/for-each-session.ts'
import { onSession } from '../session/known-session.ts'
import { pendingFirst } from '../session/pending-first.ts'
import { printStats } from '../session/stats.ts'
import { ownerOption } from '../spelled-option.ts'

interface RmFlags {
  forced?: boolean
  recursive?: boolean
  stats?: boolean
  owner?: string
}

export const defineRm: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'rm',
    aliases: ['destroy', 'terminate', 'kill'],
    usage: '[options] <SESSIONS...>',
    summary: 'end sessions, or cancel pending ones',
    examples: ['rm mysession', 'rm --stats first second'],
  })
    .argument('<SESSIONS...>', 'names or ids')
    .option('-f, --forced', 'give up a session whose agent does not answer')
    .option('-r, --recursive', 'end the sessions that depend on it as well')
    .option('-s, --stats', 'show the last statistics')
    .addOption(ownerOption())
    .action(
      bind<RmFlags>(async ({ context, options, args }) => {
        const ended: { session: string; stats: SessionStats | null }[] = []
        // One that ends makes room: what waits is cancelled before it can be scheduled there.
        const sessions = await pendingFirst(context, args, options.owner)
        const failures = await forEachSession(context, sessions, async (session) => {
          const stats = await onSession(context, session, () =>
            endSession(context, session, {
              ownerAccessKey: options.owner,
              signal: context.signal,
              forced: options.forced === true,
              recursive: options.recursive === true,
            }),
          )
          ended.push({ session, stats })
          context.out.done(`Session ${session} is ${stats?.status === 'cancelled' ? 'cancelled' : 'ended'}.`)
          if (options.stats) printStats(context.out, session, stats)
        })
        if (context.out.isJson) context.out.json(ended)
        return failures === 0 ? EXIT.ok : EXIT.failed
      }),
    )
}
