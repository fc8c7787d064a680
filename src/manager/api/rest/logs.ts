import { randomUUID } from 'node:crypto'
import { and, count, desc, eq, inArray, type SQL } from 'drizzle-orm'
import * as v from 'valibot'
import { anObject, flag, integer, nullableText, uuid } from '../../../api/fields.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const jsonText = v.pipe(
  v.union([v.string(), anObject]),
  v.rawTransform(({ dataset, addIssue, NEVER }): Record<string, unknown> => {
    if (typeof dataset.value !== 'string') return dataset.value
    try {
      const value: unknown = JSON.parse(dataset.value)
      return typeof value === 'object' && value !== null ? { ...value } : { value }
    } catch {
      addIssue({ message: 'expected JSON text' })
      return NEVER
    }
  }),
)

const newLog = v.object({
  severity: v.picklist(['critical', 'error', 'warning']),
  source: v.pipe(v.string(), v.maxLength(128)),
  message: v.pipe(v.string(), v.maxLength(65_536)),
  context_lang: v.pipe(v.string(), v.maxLength(64)),
  context_env: jsonText,
  request_url: nullableText,
  request_status: v.optional(v.nullable(v.pipe(integer, v.minValue(0), v.maxValue(999))), null),
  traceback: nullableText,
})

const page = v.object({
  mark_read: v.optional(flag, false),
  page_size: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(100)), 20),
  page_no: v.optional(v.pipe(integer, v.minValue(1)), 1),
})

/** Error logs that clients and servers keep for administrators. */
export function logRoutes({ store, clock }: Pick<ManagerPorts, 'store' | 'clock'>): readonly Route[] {
  const { errorLogs, users } = store.tables

  /** Superadmins see all, administrators their domain's users, others their own. */
  const visibleTo = (who: Requester): SQL | undefined => {
    if (who.isSuperadmin) return undefined
    if (!who.isAdmin) return eq(errorLogs.user, who.userUuid)
    const ofDomain = store.db
      .select({ uuid: users.uuid })
      .from(users)
      .where(eq(users.domainName, who.domainName))
    return inArray(errorLogs.user, ofDomain)
  }

  return [
    defineRoute({
      method: 'POST',
      path: '/logs/error',
      summary: 'Record an error log',
      audited: false,
      auth: 'user',
      maxBodyBytes: 1024 * 1024,
      params: newLog,
      handler: async ({ params, requester }) => {
        await store.tx(async (tx) => {
          await tx.insert(errorLogs).values({
            id: randomUUID(),
            createdAt: new Date(clock.now()),
            severity: params.severity,
            source: params.source,
            user: requester.userUuid,
            message: params.message,
            contextLang: params.context_lang,
            contextEnv: params.context_env,
            requestUrl: params.request_url,
            requestStatus: params.request_status,
            traceback: params.traceback,
          })
        })
        return json({ success: true })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/logs/error',
      summary: 'List error logs, newest first',
      auth: 'user',
      params: page,
      handler: async ({ params, requester }) => {
        const where = and(eq(errorLogs.isCleared, false), visibleTo(requester))
        const [total] = await store.db.select({ n: count() }).from(errorLogs).where(where)
        const rows = await store.db
          .select()
          .from(errorLogs)
          .where(where)
          .orderBy(desc(errorLogs.createdAt), desc(errorLogs.id))
          .limit(params.page_size)
          .offset((params.page_no - 1) * params.page_size)
        if (params.page_no > 1 && rows.length === 0) {
          throw new Problem('generic-bad-request', { msg: 'There are no logs on this page.' })
        }
        if (params.mark_read && rows.length > 0) {
          const ids = rows.map(({ id }) => id)
          await store.tx(async (tx) => {
            await tx.update(errorLogs).set({ isRead: true }).where(inArray(errorLogs.id, ids))
          })
        }
        return json({ logs: rows.map((row) => logOf(row, requester)), count: total?.n ?? 0 })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/logs/error/:log/clear',
      summary: 'Clear an error log',
      auth: 'user',
      handler: async ({ path, requester }) => {
        const id = v.safeParse(uuid, path.log)
        if (!id.success) throw notFound('error log')
        const cleared = await store.tx((tx) =>
          tx
            .update(errorLogs)
            .set({ isCleared: true })
            .where(and(eq(errorLogs.id, id.output), visibleTo(requester)))
            .returning({ id: errorLogs.id }),
        )
        if (cleared.length === 0) throw notFound('error log')
        return json({ success: true })
      },
    }),
  ]
}

type LogRow = ManagerPorts['store']['tables']['errorLogs']['$inferSelect']

const logOf = (row: LogRow, requester: Requester) => ({
  log_id: row.id,
  created_at: row.createdAt.getTime() / 1000,
  severity: row.severity,
  source: row.source,
  user: row.user,
  is_read: row.isRead,
  message: row.message,
  context_lang: row.contextLang,
  context_env: row.contextEnv,
  request_url: row.requestUrl,
  request_status: row.requestStatus,
  traceback: row.traceback,
  ...(requester.isAdmin || requester.isSuperadmin ? { is_cleared: row.isCleared } : {}),
})
