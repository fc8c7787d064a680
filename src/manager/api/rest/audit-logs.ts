import * as v from 'valibot'
import { integer, nullableText, uuid } from '../../../api/fields.ts'
import type { ManagerPorts } from '../../context.ts'
import type { AuditLog, AuditRow } from '../../services/audit/audit-log.ts'
import { listAuditLogs } from '../../services/audit/list-audit-logs.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const time = v.optional(
  v.nullable(
    v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
      v.check((date) => Number.isFinite(date.getTime()), 'expected a time such as 2026-11-21T10:00:00Z'),
    ),
  ),
  null,
)

const params = v.object({
  email: nullableText,
  user_uuid: v.optional(v.nullable(uuid), null),
  access_key: nullableText,
  domain: nullableText,
  operation: nullableText,
  entity_type: nullableText,
  entity_id: nullableText,
  result: v.optional(v.nullable(v.picklist(['success', 'denied', 'error'])), null),
  client_address: nullableText,
  request_id: nullableText,
  since: time,
  until: time,
  limit: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(1000)), 100),
  cursor: nullableText,
})

/** Who changed what, when and from where; for administrators. */
export function auditLogRoutes(ports: Pick<ManagerPorts, 'store'>, audit: AuditLog): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/audit-logs',
      summary: 'List audit log entries, newest first',
      auth: 'admin',
      params,
      handler: async ({ params: { limit, cursor, ...filter }, requester }) => {
        await audit.flush()
        const { rows, nextCursor } = await listAuditLogs(ports.store, requester, filter, { limit, cursor })
        return json({ items: rows.map(shown), next_cursor: nextCursor })
      },
    }),
  ]
}

const shown = (row: AuditRow) => ({
  id: row.id,
  created_at: row.createdAt.toISOString(),
  email: row.email,
  user_uuid: row.userUuid,
  role: row.role,
  domain_name: row.domainName,
  access_key: row.accessKey,
  client_address: row.clientAddress,
  operation: row.operation,
  entity_type: row.entityType,
  entity_id: row.entityId,
  result: row.result,
  status: row.status,
  description: row.description,
  duration_ms: row.durationMs,
  request_id: row.requestId,
})
