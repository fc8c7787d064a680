import type { Connection } from '../connection.ts'

/** One change of anything, or one login; copies of what was so then. */
export interface AuditLogEntry {
  id: string
  created_at: string
  /** Who; null where nobody proved it. For logins the address that was given. */
  email: string | null
  user_uuid: string | null
  role: string | null
  domain_name: string | null
  access_key: string | null
  client_address: string
  /** `POST /session`, `mutation modify_user`. */
  operation: string
  entity_type: string
  entity_id: string | null
  result: 'success' | 'denied' | 'error'
  /** Of the HTTP answer. */
  status: number
  description: string | null
  duration_ms: number
  request_id: string
}

export interface AuditLogQuery {
  email?: string | undefined
  userUuid?: string | undefined
  accessKey?: string | undefined
  domain?: string | undefined
  operation?: string | undefined
  entityType?: string | undefined
  entityId?: string | undefined
  result?: AuditLogEntry['result'] | undefined
  clientAddress?: string | undefined
  requestId?: string | undefined
  /** ISO 8601; from here on, and before there. */
  since?: string | undefined
  until?: string | undefined
}

export interface AuditLogPage {
  items: AuditLogEntry[]
  /** For the next, older page; null: there is none. */
  nextCursor: string | null
}

/** The audit log: all of it for superadmins, one's domain for its administrators. */
export interface AuditLogs {
  /** Newest first; at most 1000. */
  list(
    query?: AuditLogQuery & { limit?: number | undefined; cursor?: string | undefined },
    signal?: AbortSignal,
  ): Promise<AuditLogPage>
  /** Page by page, at most `limit` entries. */
  pages(
    query?: AuditLogQuery & { limit?: number | undefined },
    signal?: AbortSignal,
  ): AsyncIterable<AuditLogEntry[]>
}

const PAGE = 500

export function createAuditLogs(connection: Connection): AuditLogs {
  const list: AuditLogs['list'] = async (query = {}, signal) => {
    const body = await connection.json<{ items: AuditLogEntry[]; next_cursor: string | null }>({
      method: 'GET',
      path: ['audit-logs'],
      query: {
        email: query.email,
        user_uuid: query.userUuid,
        access_key: query.accessKey,
        domain: query.domain,
        operation: query.operation,
        entity_type: query.entityType,
        entity_id: query.entityId,
        result: query.result,
        client_address: query.clientAddress,
        request_id: query.requestId,
        since: query.since,
        until: query.until,
        limit: query.limit,
        cursor: query.cursor,
      },
      signal,
    })
    return { items: body.items, nextCursor: body.next_cursor }
  }
  return {
    list,
    async *pages({ limit = Number.POSITIVE_INFINITY, ...query } = {}, signal) {
      let left = limit
      let cursor: string | undefined
      while (left > 0) {
        const page = await list({ ...query, limit: Math.min(PAGE, left), cursor }, signal)
        if (page.items.length > 0) yield page.items
        left -= page.items.length
        if (page.nextCursor === null) return
        cursor = page.nextCursor
      }
    },
  }
}
