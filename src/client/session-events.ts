import type { Connection } from './connection.ts'
import { type EventStreamOptions, openEvents } from './event-stream.ts'

/** One life-cycle event of a session or a kernel (client-wire.md §3.5). */
export interface SessionEvent {
  /** `session_started`, `kernel_pulling`… */
  event: string
  /** Give it back as `lastEventId` to go on after this event. */
  id: string | undefined
  reason: string
  sessionId: string
  sessionName: string
  ownerAccessKey: string
  exitCode: number | null
  kernelId?: string
  clusterRole?: string
  clusterIdx?: number
}

export interface SessionEventsQuery {
  /** Id (wins) or name; neither means all own sessions. */
  sessionId?: string
  sessionName?: string
  ownerAccessKey?: string
  scope?: 'session' | 'kernel' | '*'
}

/** Resolves when the server listens; the stream survives a lost connection. */
export async function openSessionEvents(
  connection: Connection,
  query: SessionEventsQuery,
  options: EventStreamOptions,
): Promise<AsyncGenerator<SessionEvent>> {
  const stream = await openEvents(
    connection,
    {
      method: 'GET',
      path: ['events', 'session'],
      query: {
        sessionId: query.sessionId,
        sessionName: query.sessionId ? undefined : (query.sessionName ?? '*'),
        owner_access_key: query.ownerAccessKey,
        scope: query.scope ?? '*',
      },
    },
    options,
  )
  return parsed(stream)
}

async function* parsed(
  stream: AsyncGenerator<{ event: string; data: string; id: string | undefined }>,
): AsyncGenerator<SessionEvent> {
  for await (const { event, data, id } of stream) {
    const fields = JSON.parse(data) as Omit<SessionEvent, 'event' | 'id'>
    yield { ...fields, event, id }
  }
}
