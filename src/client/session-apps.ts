import type { Connection } from './connection.ts'
import { of, type SessionRef } from './sessions.ts'
import type { ClientSocket } from './transport.ts'

/** An app that listens inside a session. */
export interface SessionApp {
  name: string
  /** `http`, `tcp`, `pty`, `preopen`, … */
  protocol: string
  ports: number[]
  /** `{protocol}://{host}:{port}/path` */
  url_template?: string
  allowed_arguments?: Record<string, unknown>
  allowed_envs?: Record<string, unknown>
}

export interface AppStart {
  /** One of the app's ports inside the session; the first by default. */
  port?: number
  envs?: Record<string, string>
  arguments?: Record<string, string | readonly string[] | null>
}

/** Apps of a session: a tunnel of one's own, or the app proxy of the cluster. */
export interface SessionApps {
  apps(session: string, ref?: SessionRef): Promise<SessionApp[]>
  /** Starts the app where it does not run; one socket is one TCP connection, binary frames both ways. */
  openApp(session: string, app: string, start?: AppStart, ref?: SessionRef): Promise<ClientSocket>
  /** @throws ApiError of kind `service-unavailable` where the resource group has no app proxy. */
  startService(
    session: string,
    app: string,
    start?: AppStart & { loginSessionToken?: string },
    ref?: SessionRef,
  ): Promise<{ token: string; wsproxy_addr: string }>
  shutdownService(session: string, app: string, ref?: SessionRef): Promise<void>
}

export function createSessionApps(connection: Connection): SessionApps {
  return {
    apps: (session, ref) =>
      connection.json<SessionApp[]>({
        method: 'GET',
        path: ['stream', 'session', session, 'apps'],
        ...of(ref),
      }),
    openApp: (session, app, start = {}, ref = {}) =>
      connection.openSocket({
        method: 'GET',
        path: ['stream', 'session', session, 'tcpproxy'],
        query: { ...of(ref).query, app, ...textsOf(start), port: start.port },
        signal: ref.signal,
      }),
    startService: (session, app, start = {}, ref) =>
      connection.json({
        method: 'POST',
        path: ['session', session, 'start-service'],
        json: {
          app,
          ...(start.port === undefined ? {} : { port: start.port }),
          ...textsOf(start),
          ...(start.loginSessionToken === undefined ? {} : { login_session_token: start.loginSessionToken }),
        },
        isIdempotent: true,
        ...of(ref),
      }),
    async shutdownService(session, app, ref) {
      await connection.send({
        method: 'POST',
        path: ['session', session, 'shutdown-service'],
        json: { service_name: app },
        ...of(ref),
      })
    },
  }
}

/** The API takes both as JSON texts. */
const textsOf = (start: AppStart): { envs?: string; arguments?: string } => ({
  ...(start.envs ? { envs: JSON.stringify(start.envs) } : {}),
  ...(start.arguments ? { arguments: JSON.stringify(start.arguments) } : {}),
})
