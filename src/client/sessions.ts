import type { ClientCrypto } from './client-crypto.ts'
import type { Connection } from './connection.ts'
import { sessionBody } from './session-body.ts'
import type { CreatedSession, SessionOptions, SessionStats } from './session-types.ts'

export interface SessionRef {
  /** Access key of the owner, for administrators who act on somebody's session. */
  ownerAccessKey?: string | undefined
  signal?: AbortSignal | undefined
}

export interface SessionDefaults {
  domain: string
  group: string
}

/** Life of sessions. `session` is a name or an id everywhere. */
export interface Sessions {
  /** Waits until the session runs, unless `enqueueOnly` or `maxWaitSeconds` say otherwise. */
  getOrCreate(options: SessionOptions, signal?: AbortSignal): Promise<CreatedSession>
  /** The brief of a living session (client-wire.md §2.2, `GET /session/{s}`). */
  info(session: string, ref?: SessionRef): Promise<Record<string, unknown>>
  /** Ends or, while PENDING, cancels it; the last statistics. */
  destroy(
    session: string,
    ref?: SessionRef & { forced?: boolean; recursive?: boolean },
  ): Promise<SessionStats | null>
  restart(session: string, ref?: SessionRef): Promise<void>
  rename(session: string, name: string, ref?: SessionRef): Promise<void>
  /** What the container has written so far. */
  logs(session: string, ref?: SessionRef): Promise<string>
  /** Sessions whose name or id begins with `prefix`. */
  match(prefix: string, ref?: SessionRef): Promise<{ id: string; name: string; status: string }[]>
}

export function createSessions(
  connection: Connection,
  crypto: ClientCrypto,
  defaults: SessionDefaults,
): Sessions {
  return {
    async getOrCreate(options, signal) {
      const name = options.name ?? `session-${crypto.randomHex(10)}`
      const created = await connection.json<Partial<CreatedSession> & { sessionId: string }>({
        method: 'POST',
        path: ['session'],
        json: sessionBody(options, { ...defaults, name }),
        headers: { 'X-BackendAI-Client-Token': options.clientToken ?? crypto.randomHex(32) },
        isIdempotent: true,
        signal,
      })
      return { created: true, status: 'RUNNING', servicePorts: [], sessionName: name, ...created }
    },
    info: (session, ref) => connection.json({ method: 'GET', path: ['session', session], ...of(ref) }),
    async destroy(session, ref = {}) {
      const response = await connection.send({
        method: 'DELETE',
        path: ['session', session],
        query: {
          ...of(ref).query,
          forced: ref.forced ? 'true' : undefined,
          recursive: ref.recursive ? 'true' : undefined,
        },
        signal: ref.signal,
      })
      const text = await response.text()
      if (text === '') return null
      const body = JSON.parse(text) as { stats?: SessionStats }
      return body.stats ?? null
    },
    async restart(session, ref) {
      await connection.send({ method: 'PATCH', path: ['session', session], ...of(ref) })
    },
    async rename(session, name, ref = {}) {
      const query = { ...of(ref).query, name }
      await connection.send({
        method: 'POST',
        path: ['session', session, 'rename'],
        query,
        signal: ref.signal,
      })
    },
    async logs(session, ref) {
      const path = ['session', session, 'logs']
      const body = await connection.json<{ result?: { logs?: string } }>({ method: 'GET', path, ...of(ref) })
      return body.result?.logs ?? ''
    },
    async match(prefix, ref = {}) {
      const query = { ...of(ref).query, id: prefix }
      const body = await connection.json<{ matches?: { id: string; name: string; status: string }[] }>({
        method: 'GET',
        path: ['session', '_', 'match'],
        query,
        signal: ref.signal,
      })
      return body.matches ?? []
    },
  }
}

/** Query and signal of a call on a session. */
export const of = (
  ref: SessionRef = {},
): { query: Record<string, string | undefined>; signal?: AbortSignal } => ({
  query: { owner_access_key: ref.ownerAccessKey },
  ...(ref.signal ? { signal: ref.signal } : {}),
})
