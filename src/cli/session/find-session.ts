import type { SessionItem } from '../../client/session-list.ts'
import { SESSION_STATUSES } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import { isUuid } from './event-query.ts'

/** A living or ended session by its id, else by its name: the one whose status changed last. Null when there is none. */
export async function findSession(context: CommandContext, session: string): Promise<SessionItem | null> {
  const client = await context.client()
  if (isUuid(session)) return client.sessions.detail(session, context.signal)
  const { accessKey } = await context.settings()
  const page = await client.sessions.list(
    {
      accessKey,
      statuses: SESSION_STATUSES,
      filter: `name == ${JSON.stringify(session)}`,
      fields: ['id', 'name'],
      limit: 1,
    },
    context.signal,
  )
  const id = page.items[0]?.id
  return typeof id === 'string' ? client.sessions.detail(id, context.signal) : null
}
