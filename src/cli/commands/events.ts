import { Option } from 'commander'
import type { SessionEvent } from '../../client/session-events.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { eventQuery } from '../session/event-query.ts'
import { sessionInfo } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

interface EventsFlags {
  scope: 'session' | 'kernel' | '*'
  owner?: string
}

export const defineEvents: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'events',
    summary: 'print the life-cycle events of sessions',
    examples: ['events mysession', 'events --scope session --json'],
  })
    .argument('[SESSION]', 'name or id; all your sessions by default')
    .addOption(new Option('--scope <SCOPE>', 'which events').choices(['session', 'kernel', '*']).default('*'))
    .addOption(ownerOption())
    .action(
      bind<EventsFlags>(async ({ context, options, args }) => {
        const { out, signal } = context
        const client = await context.client()
        const [session] = args
        // The server follows names that nobody has yet, so a mistyped one would wait for ever.
        if (session !== undefined) await sessionInfo(context, session, options.owner)
        const query = { ...eventQuery(session, options.owner), scope: options.scope }
        const stream = await client.sessions.events(query, { signal })
        for await (const event of stream) {
          if (out.isJson) out.json(event)
          else out.text(lineOf(event))
        }
        return signal.aborted ? EXIT.interrupted : EXIT.ok
      }),
    )
}

function lineOf(event: SessionEvent): string {
  const kernel = event.kernelId ? ` ${event.clusterRole ?? ''}${event.clusterIdx ?? ''}` : ''
  const exit =
    event.exitCode === null || event.exitCode === undefined ? '' : ` (exit code = ${event.exitCode})`
  const reason = event.reason ? `: ${event.reason}` : ''
  return `${event.event} ${event.sessionName}${kernel}${reason}${exit}`
}
