import type { Client } from '../../client/client.ts'
import type { SessionEvent, SessionEventsQuery } from '../../client/session-events.ts'
import { EXIT } from '../exit-code.ts'

export interface SessionEnd {
  exitCode: number
  reason: string
}

/** Follows events until the session has succeeded, failed, ended or was cancelled. */
export async function waitForEnd(
  client: Client,
  query: SessionEventsQuery,
  signal: AbortSignal,
  onEvent: (event: SessionEvent) => void,
): Promise<SessionEnd> {
  for await (const event of await client.sessions.events(query, { signal })) {
    onEvent(event)
    const end = endOf(event)
    if (end) return end
  }
  if (signal.aborted) throw signal.reason
  return { exitCode: EXIT.failed, reason: 'the event stream ended' }
}

function endOf(event: SessionEvent): SessionEnd | null {
  const { reason } = event
  switch (event.event) {
    case 'session_success':
      return { exitCode: event.exitCode ?? EXIT.ok, reason: reason || 'success' }
    case 'session_failure':
      return { exitCode: event.exitCode ?? EXIT.failed, reason: reason || 'failure' }
    case 'session_terminated':
      return { exitCode: event.exitCode ?? EXIT.ok, reason: reason || 'terminated' }
    case 'session_cancelled':
    case 'kernel_cancelled':
      return { exitCode: EXIT.notStarted, reason: reason || 'cancelled' }
    default:
      return null
  }
}
