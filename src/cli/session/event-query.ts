import type { SessionEventsQuery } from '../../client/session-events.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export const isUuid = (session: string): boolean => UUID.test(session)

/** Events of one session by its name or id, or of all. */
export function eventQuery(
  session: string | undefined,
  ownerAccessKey: string | undefined,
): SessionEventsQuery {
  const owner = ownerAccessKey ? { ownerAccessKey } : {}
  if (!session) return owner
  return isUuid(session) ? { ...owner, sessionId: session } : { ...owner, sessionName: session }
}
