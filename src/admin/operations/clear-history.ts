import { and, inArray, isNotNull, lt } from 'drizzle-orm'
import * as v from 'valibot'
import { DEAD_SESSION_STATUSES } from '../../core/status.ts'
import { defineOperation } from './define.ts'

const isoTime = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
)

/** Deletes ended sessions (their kernels with them), error logs and relayed events from before a time. */
export const clearHistory = defineOperation(v.object({ before: isoTime }), ({ store }, params) => {
  const before = new Date(params.before)
  const { sessions, errorLogs, outbox } = store.tables
  return store.tx(async (tx) => {
    const ended = await tx
      .delete(sessions)
      .where(and(inArray(sessions.status, DEAD_SESSION_STATUSES), lt(sessions.terminatedAt, before)))
      .returning({ id: sessions.id })
    const logs = await tx
      .delete(errorLogs)
      .where(lt(errorLogs.createdAt, before))
      .returning({ id: errorLogs.id })
    const events = await tx
      .delete(outbox)
      .where(and(isNotNull(outbox.relayedAt), lt(outbox.createdAt, before)))
      .returning({ seq: outbox.seq })
    return { sessions: ended.length, errorLogs: logs.length, events: events.length }
  })
})
