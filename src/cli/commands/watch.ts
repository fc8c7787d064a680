import { DEAD_SESSION_STATUSES } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { eventQuery } from '../session/event-query.ts'
import { findSession } from '../session/find-session.ts'
import { onSession } from '../session/known-session.ts'
import { waitForEnd } from '../session/wait-for-end.ts'
import { ownerOption } from '../spelled-option.ts'

export const defineWatch: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'watch',
    summary: 'wait for a session to end, with its exit code',
    examples: ['watch mybatch'],
  })
    .argument('<SESSION>', 'name or id')
    .addOption(ownerOption())
    .action(
      bind<{ owner?: string }>(async ({ context, options, args }) => {
        const { out, io, signal } = context
        const session = args[0] ?? ''
        const status = await statusOf(context, session, options.owner)
        if (DEAD_SESSION_STATUSES.some((dead) => dead === status)) {
          const result = (await findSession(context, session))?.result
          out.done(`Session ${session} has ended already: ${status}${result ? ` (${String(result)})` : ''}.`)
          return String(result).toLowerCase() === 'failure' ? EXIT.failed : EXIT.ok
        }
        const client = await context.client()
        const progress = createProgress(io, { isSilent: out.isJson })
        progress.step(`Session ${session}: ${status.toLowerCase()}`)
        const query = eventQuery(session, options.owner)
        const end = await waitForEnd(client, query, signal, (event) => {
          if (out.isJson) out.json(event)
          const name = event.event.replace(/^(session|kernel)_/, '').replaceAll('_', ' ')
          progress.step(`Session ${session}: ${name}${event.reason ? ` (${event.reason})` : ''}`)
        }).finally(() => progress.stop())
        out.done(`Session ${session} ended: ${end.reason}. (exit code = ${end.exitCode})`)
        return end.exitCode
      }),
    )
}

async function statusOf(
  context: CommandContext,
  session: string,
  owner: string | undefined,
): Promise<string> {
  const client = await context.client()
  const info = await onSession(context, session, () =>
    client.sessions.info(session, { ownerAccessKey: owner, signal: context.signal }),
  )
  return String(info.status ?? 'PENDING')
}
