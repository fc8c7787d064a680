import { inArray } from 'drizzle-orm'
import { parseDuration } from '../../config/value/duration.ts'
import type { ManagerPorts } from '../context.ts'
import type { Signals } from '../services/signals.ts'
import { forceEnd } from '../services/terminating.ts'

const WATCHED = ['PREPARING', 'TERMINATING'] as const
const PREFIX = 'config/session/hang-tolerance/threshold'

/** Ends sessions that have been PREPARING or TERMINATING for longer than the shared configuration tolerates (§13). */
export async function endHanging(ports: ManagerPorts, signals: Signals): Promise<void> {
  const { store, clock, config, log } = ports
  const tree = await config.getPrefix(PREFIX)
  const limits = new Map<string, number>()
  for (const status of WATCHED) {
    const text = tree[status]
    const seconds = typeof text === 'string' ? parseDuration(text) : null
    if (seconds !== null && seconds > 0) limits.set(status, seconds * 1000)
  }
  if (limits.size === 0) return
  const { sessions } = store.tables
  const now = clock.now()
  const rows = await store.db
    .select({ id: sessions.id, status: sessions.status, history: sessions.statusHistory })
    .from(sessions)
    .where(
      inArray(
        sessions.status,
        WATCHED.filter((status) => limits.has(status)),
      ),
    )
  const hanging = rows.filter(({ status, history }) => {
    const since = Date.parse(history[status] ?? '')
    return now - since > (limits.get(status) ?? Number.POSITIVE_INFINITY)
  })
  if (hanging.length === 0) return
  const ids = hanging.map((row) => row.id)
  log.warn({ sessions: ids }, 'ending sessions that hang')
  await store.tx((tx) =>
    forceEnd(tx, store, ids, { at: new Date(now), reason: 'hang-timeout', atOnce: true }),
  )
  signals.raise('terminate')
  signals.raise('schedule')
}
