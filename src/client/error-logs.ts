import type { Connection } from './connection.ts'

/** An error that a client or a server has reported. */
export interface ErrorLog {
  log_id: string
  /** Seconds since the epoch. */
  created_at: number
  severity: 'critical' | 'error' | 'warning'
  source: string
  /** Id of the user whom it happened to. */
  user: string | null
  is_read: boolean
  message: string
  context_lang: string
  context_env: Record<string, unknown>
  request_url: string | null
  request_status: number | null
  traceback: string | null
  /** Administrators only. */
  is_cleared?: boolean
}

export type NewErrorLog = Pick<ErrorLog, 'severity' | 'source' | 'message'> &
  Partial<Pick<ErrorLog, 'context_lang' | 'context_env' | 'request_url' | 'request_status' | 'traceback'>>

/** Error logs: one's own, of the domain for its administrators, all for superadmins. */
export interface ErrorLogs {
  /** Newest first; `pageNumber` counts from 1. */
  list(
    query?: { isMarkedRead?: boolean; pageSize?: number; pageNumber?: number },
    signal?: AbortSignal,
  ): Promise<{ logs: ErrorLog[]; count: number }>
  append(log: NewErrorLog): Promise<void>
  /** Hides it from lists. */
  clear(logId: string): Promise<void>
}

export const createErrorLogs = (connection: Connection): ErrorLogs => ({
  async list(query = {}, signal) {
    const body = await connection.json<{ logs?: ErrorLog[] | null; count?: number }>({
      method: 'GET',
      path: ['logs', 'error'],
      query: {
        mark_read: query.isMarkedRead ? 'true' : 'false',
        page_size: query.pageSize ?? 20,
        page_no: query.pageNumber ?? 1,
      },
      signal,
    })
    return { logs: body.logs ?? [], count: body.count ?? 0 }
  },
  async append(log) {
    const context = { context_lang: 'typescript', context_env: {} }
    await connection.send({ method: 'POST', path: ['logs', 'error'], json: { ...context, ...log } })
  },
  async clear(logId) {
    await connection.send({ method: 'POST', path: ['logs', 'error', logId, 'clear'], isIdempotent: true })
  },
})
