import type { Requester } from '../context.ts'
import type { AuditEntry, AuditLog } from '../services/audit/audit-log.ts'
import type { Route } from './route.ts'

/** What a handler says for the audit log. */
export interface AuditNotes {
  /** More about what the request is about: whom a login claims to be, the id of what was made. */
  about(facts: Partial<Pick<AuditEntry, 'entityType' | 'entityId' | 'email' | 'domainName'>>): void
  /** A deed of its own, beside or instead of the route's. */
  deed(deed: Deed): void
}

export type Deed = Pick<AuditEntry, 'operation' | 'entityType' | 'entityId' | 'description'> & {
  /** HTTP status that fits what came of it. */
  status: number
  durationMs: number
}

/** One request, as far as it came. */
export interface AuditedRequest {
  readonly route: Route
  /** After X-Method-Override. */
  readonly method: string
  readonly path: Readonly<Record<string, string>>
  readonly params: unknown
  readonly requester: Requester | null
  readonly clientAddress: string
  readonly requestId: string
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
const MAX_TEXT = 500

/** The notes of one request, and what is written of it once it is answered. */
export function auditRequest(log: AuditLog, request: AuditedRequest) {
  let facts: Parameters<AuditNotes['about']>[0] = {}
  const write = (deed: Deed) => {
    const { requester, clientAddress, requestId } = request
    log.note({
      requestId,
      clientAddress: clientAddress.slice(0, MAX_TEXT),
      userUuid: requester?.userUuid ?? null,
      email: cut(requester?.email ?? facts.email ?? null),
      role: requester?.role ?? null,
      domainName: cut(requester?.domainName ?? facts.domainName ?? null),
      accessKey: requester?.accessKey ?? null,
      ...deed,
      entityId: cut(deed.entityId),
      description: cut(deed.description),
      result: resultOf(deed.status),
    })
  }
  const notes: AuditNotes = {
    about(more) {
      facts = { ...facts, ...more }
    },
    deed: write,
  }
  return {
    notes,
    /** Writes the route's own deed, where the route changes anything and the request came from somebody. */
    answered({
      status,
      description,
      durationMs,
    }: {
      status: number
      description: string | null
      durationMs: number
    }) {
      const { route, method, requester, path } = request
      if (route.kind !== 'http' || !route.audited || READING.has(method)) return
      if (requester === null && route.auth !== 'anonymous') return
      write({
        operation: `${method} ${route.path}`,
        entityType: facts.entityType ?? entityTypeOf(route.path),
        entityId: facts.entityId ?? (Object.values(path).join('/') || namedIn(request.params)),
        status,
        description,
        durationMs,
      })
    },
  }
}

const resultOf = (status: number): AuditEntry['result'] => {
  if (status < 400) return 'success'
  return status === 401 || status === 403 ? 'denied' : 'error'
}

/** No text that a database refuses, and none without end. */
const cut = (text: string | null): string | null =>
  text === null ? null : text.slice(0, MAX_TEXT).toWellFormed().replaceAll('\0', '')

const ENTITIES: Readonly<Record<string, string>> = {
  folders: 'vfolder',
  auth: 'user',
  totp: 'user',
  template: 'session_template',
  'user-config': 'dotfile',
  'group-config': 'dotfile',
  'domain-config': 'dotfile',
  logs: 'error_log',
}

function entityTypeOf(path: string): string {
  const first = path.split('/')[1] ?? ''
  return ENTITIES[first] ?? first.replaceAll('-', '_')
}

const NAMES = ['name', 'session_name', 'sessionName', 'email', 'username', 'key', 'path', 'id'] as const

function namedIn(params: unknown): string | null {
  if (typeof params !== 'object' || params === null) return null
  const values = NAMES.map((name): unknown => (params as Record<string, unknown>)[name])
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? null
}
