import { and, desc, eq, gte, isNull, lt, ne, or, type SQL } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { AuditRow } from './audit-log.ts'

/** What is asked for; null or absent is anything. */
export interface AuditFilter {
  /** The e-mail address of who did it. */
  email?: string | null
  user_uuid?: string | null
  access_key?: string | null
  domain?: string | null
  operation?: string | null
  entity_type?: string | null
  entity_id?: string | null
  result?: AuditRow['result'] | null
  client_address?: string | null
  request_id?: string | null
  /** From here on, and before there. */
  since?: Date | null
  until?: Date | null
}

export interface AuditPage {
  /** The newest first. */
  rows: AuditRow[]
  /** Where the next page begins; null: there is none. */
  nextCursor: string | null
}

/**
 * A page of the audit log. Superadmins read all of it, domain administrators what people of their domain did, and nobody
 * else anything. @throws Problem
 */
export async function listAuditLogs(
  store: Store,
  requester: Requester,
  filter: AuditFilter,
  page: { limit: number; cursor: string | null },
): Promise<AuditPage> {
  const { auditLogs: t } = store.tables
  const rows = await store.db
    .select()
    .from(t)
    .where(and(visibleTo(store, requester), ...conditions(store, filter), after(store, page.cursor)))
    .orderBy(desc(t.createdAt), desc(t.id))
    .limit(page.limit + 1)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return { rows: shown, nextCursor: rows.length > page.limit && last ? cursorOf(last) : null }
}

/** Of superadmins in their domain administrators learn nothing: those act anywhere. */
function visibleTo({ tables: { auditLogs: t } }: Store, requester: Requester): SQL | undefined {
  if (requester.isSuperadmin) return undefined
  if (requester.role !== 'admin') {
    throw new Problem('insufficient-privilege', { msg: 'Only administrators read the audit log.' })
  }
  return and(eq(t.domainName, requester.domainName), or(isNull(t.role), ne(t.role, 'superadmin')))
}

function conditions({ tables: { auditLogs: t } }: Store, filter: AuditFilter): (SQL | undefined)[] {
  return [
    filter.email ? eq(t.email, filter.email) : undefined,
    filter.user_uuid ? eq(t.userUuid, filter.user_uuid) : undefined,
    filter.access_key ? eq(t.accessKey, filter.access_key) : undefined,
    filter.domain ? eq(t.domainName, filter.domain) : undefined,
    filter.operation ? eq(t.operation, filter.operation) : undefined,
    filter.entity_type ? eq(t.entityType, filter.entity_type) : undefined,
    filter.entity_id ? eq(t.entityId, filter.entity_id) : undefined,
    filter.result ? eq(t.result, filter.result) : undefined,
    filter.client_address ? eq(t.clientAddress, filter.client_address) : undefined,
    filter.request_id ? eq(t.requestId, filter.request_id) : undefined,
    filter.since ? gte(t.createdAt, filter.since) : undefined,
    filter.until ? lt(t.createdAt, filter.until) : undefined,
  ]
}

const cursorOf = ({ createdAt, id }: AuditRow): string => `${createdAt.getTime()}.${id}`
const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

function after({ tables: { auditLogs: t } }: Store, cursor: string | null): SQL | undefined {
  if (cursor === null) return undefined
  const [, at, id = ''] = CURSOR.exec(cursor) ?? []
  if (at === undefined)
    throw new Problem('invalid-api-params', { msg: 'No such page.', data: { cursor: '' } })
  const createdAt = new Date(Number(at))
  return or(lt(t.createdAt, createdAt), and(eq(t.createdAt, createdAt), lt(t.id, id)))
}
