import { inArray } from 'drizzle-orm'
import { deriveSessionStatus, sessionSourcesOf } from '../../core/status.ts'
import type { ManagerPorts } from '../context.ts'
import { chunked } from '../services/rows.ts'
import { settleSession } from '../services/transitions.ts'

const MOVING = ['SCHEDULED', 'PULLING', 'PREPARING', 'RESTARTING', 'TERMINATING'] as const

/** Sessions that are on their way and whose kernels tell of another status: reported once, but not taken over. */
export async function settleStale({
  store,
  clock,
  log,
}: Pick<ManagerPorts, 'store' | 'clock' | 'log'>): Promise<void> {
  const { sessions, kernels } = store.tables
  const moving = await store.db
    .select({ id: sessions.id, status: sessions.status })
    .from(sessions)
    .where(inArray(sessions.status, [...MOVING]))
  for (const chunk of chunked(moving)) {
    const rows = await store.db
      .select({ sessionId: kernels.sessionId, status: kernels.status, role: kernels.clusterRole })
      .from(kernels)
      .where(
        inArray(
          kernels.sessionId,
          chunk.map((session) => session.id),
        ),
      )
    const bySession = Map.groupBy(rows, (row) => row.sessionId)
    const stale = chunk.filter(({ id, status }) => {
      const own = bySession.get(id) ?? []
      const main = own.find((row) => row.role === 'main')
      if (!main) return false
      const siblings = own.filter((row) => row !== main).map((row) => row.status)
      const derived = deriveSessionStatus(main.status, siblings)
      return derived !== status && sessionSourcesOf(derived).includes(status)
    })
    if (stale.length === 0) continue
    log.warn({ sessions: stale.map((session) => session.id) }, 'sessions lagged behind their kernels')
    const at = new Date(clock.now())
    await store.tx(async (tx) => {
      for (const { id } of stale)
        await settleSession(tx, store, id, { at, reason: 'resuming-agent-operation' })
    })
  }
}
