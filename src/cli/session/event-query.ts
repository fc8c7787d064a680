import type { SessionEventsQuery } from '../../client/session-events.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** Events of one session by its name or id, or of all. */
export function eventQuery(
  session: string | undefined,
  ownerAccessKey: string | undefined,
): SessionEventsQuery {
  const owner = ownerAccessKey ? { ownerAccessKey } : {}
  if (!session) return owner
  return UUID.test(session) ? { ...owner, sessionId: session } : { ...owner, sessionName: session }
}
