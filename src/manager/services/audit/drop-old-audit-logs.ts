import { asc, inArray, lt } from 'drizzle-orm'
import { parseDuration } from '../../../config/value/duration.ts'
import type { ManagerPorts } from '../../context.ts'

const KEY = 'config/audit/retention'
const DEFAULT_SECONDS = 90 * 86_400
const BATCH = 500

/** Drops entries older than `config/audit/retention` says, 90 days by default; 0 keeps all. */
export async function dropOldAuditLogs({
  store,
  config,
  clock,
}: Pick<ManagerPorts, 'store' | 'config' | 'clock'>): Promise<void> {
  const text = await config.get(KEY)
  const seconds = text === null ? DEFAULT_SECONDS : (parseDuration(text) ?? DEFAULT_SECONDS)
  if (seconds <= 0) return
  const { auditLogs: t } = store.tables
  const old = lt(t.createdAt, new Date(clock.now() - seconds * 1000))
  // In pieces, so that no transaction holds up others for long.
  for (;;) {
    const rows = await store.db.select({ id: t.id }).from(t).where(old).orderBy(asc(t.createdAt)).limit(BATCH)
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    await store.tx((tx) => tx.delete(t).where(inArray(t.id, ids)))
  }
}
