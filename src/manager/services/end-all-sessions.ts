import { inArray } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES } from '../../core/status.ts'
import type { SessionServices } from './index.ts'
import { cancelSessions, markTerminating } from './terminating.ts'

const REASON = 'killed-by-event'

/** Ends every live session: those that have not begun are cancelled, the others told to end. */
export async function endAllSessions({ ports, signals }: SessionServices): Promise<void> {
  const { store, clock } = ports
  const { sessions } = store.tables
  const at = new Date(clock.now())
  await store.tx(async (tx) => {
    const live = await tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(inArray(sessions.status, [...LIVE_SESSION_STATUSES]))
    const ids = live.map(({ id }) => id)
    const change = { at, reason: REASON }
    const cancelled = await cancelSessions(tx, store, ids, {
      ...change,
      from: ['PENDING', 'SCHEDULED', 'PULLING'],
    })
    const gone = new Set(cancelled.map(({ id }) => id))
    await markTerminating(
      tx,
      store,
      ids.filter((id) => !gone.has(id)),
      change,
    )
  })
  signals.raise('terminate')
}
