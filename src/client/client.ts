import { type Administration, createAdministration } from './admin/administration.ts'
import { type Auth, createAuth } from './auth.ts'
import { followTask, type TaskProgress } from './background-tasks.ts'
import { type ClientCrypto, webCrypto } from './client-crypto.ts'
import { type Connection, createConnection } from './connection.ts'
import { createDotfiles, type Dotfiles } from './dotfiles.ts'
import { endpointsOf } from './endpoints.ts'
import { createErrorLogs, type ErrorLogs } from './error-logs.ts'
import type { EventStreamOptions } from './event-stream.ts'
import { type ExecuteStream, openExecuteStream } from './execute-stream.ts'
import type { ExecuteRequest } from './execution-result.ts'
import { createGraphQl, type GraphQl } from './graphql.ts'
import { openPty, type PtyStream } from './pty-stream.ts'
import { createResources, type Resources } from './resources.ts'
import { createSessionApps, type SessionApps } from './session-apps.ts'
import { openSessionEvents, type SessionEvent, type SessionEventsQuery } from './session-events.ts'
import { createSessionExecution, type SessionExecution } from './session-execution.ts'
import { createSessionFiles, type SessionFiles } from './session-files.ts'
import { createSessionFromTemplate, type SessionFromTemplate } from './session-from-template.ts'
import { createSessionList, type SessionList } from './session-list.ts'
import { createSessionRecords, type SessionRecords } from './session-records.ts'
import { createTemplates, type Templates } from './session-templates.ts'
import { createSessions, type SessionRef, type Sessions } from './sessions.ts'
import { createSystem, type System } from './system.ts'
import { createTotp, type Totp } from './totp.ts'
import type { Transport } from './transport.ts'
import { createFolders, type FolderApi } from './vfolders.ts'
import { createWebLogin, type WebLogin } from './web-login.ts'
import { webTransport } from './web-transport.ts'

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8081`; several are tried in turn when one does not answer. */
  endpoint?: string
  endpoints?: readonly string[]
  /** Default `api`; `session` speaks to a webserver by its login cookie. */
  endpointType?: 'api' | 'session'
  /** Empty: requests are not signed. */
  accessKey?: string
  secretKey?: string
  /** Default `default`. */
  domain?: string
  /** Project of new sessions; default `default`. */
  group?: string
  /** Default: the runtime's own fetch and WebSocket. */
  transport?: Transport
  /** Default: the Web Crypto API. */
  crypto?: ClientCrypto
  /** Milliseconds since the epoch; default the system's clock. */
  now?: () => number
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  userAgent?: string
  /** Times that a request which may be repeated is tried at each endpoint; default 2. */
  rounds?: number
  /** `X-BackendAI-Date` in browsers, which forbid setting Date. Default `Date`. */
  dateHeader?: 'Date' | 'X-BackendAI-Date'
}

type StreamOptions = Omit<EventStreamOptions, 'sleep'>

export interface SessionStreams {
  /** Resolves when the server listens; stops at the end of the stream or when the signal aborts. */
  events(query?: SessionEventsQuery, options?: StreamOptions): Promise<AsyncGenerator<SessionEvent>>
  streamExecute(session: string, request: ExecuteRequest, ref?: SessionRef): Promise<ExecuteStream>
  streamPty(session: string, size: { rows: number; cols: number }, ref?: SessionRef): Promise<PtyStream>
}

export type SessionApi = Sessions &
  SessionList &
  SessionFromTemplate &
  SessionExecution &
  SessionFiles &
  SessionRecords &
  SessionApps &
  SessionStreams

export interface Client extends Administration {
  readonly system: System
  readonly sessions: SessionApi
  readonly sessionTemplates: Templates
  readonly clusterTemplates: Templates
  readonly dotfiles: Dotfiles
  readonly vfolders: FolderApi
  readonly auth: Auth
  readonly totp: Totp
  readonly webLogin: WebLogin
  readonly errorLogs: ErrorLogs
  readonly graphql: GraphQl
  readonly resources: Resources
  followTask(taskId: string, options?: StreamOptions): AsyncGenerator<TaskProgress>
  /** For routes that have no function here. */
  readonly connection: Connection
}

/**
 * A client of one cluster.
 * @example
 * const client = createClient({ endpoint: 'http://127.0.0.1:8081', accessKey, secretKey })
 * const session = await client.sessions.getOrCreate({ image: 'python' })
 */
export function createClient(options: ClientOptions): Client {
  const group = options.group ?? 'default'
  const domain = options.domain ?? 'default'
  const crypto = options.crypto ?? webCrypto
  const sleep = options.sleep ?? wait
  const transport = options.transport ?? webTransport
  const connection = createConnection({
    endpoints: endpointsOf(options.endpoints ?? (options.endpoint ? [options.endpoint] : [])),
    endpointType: options.endpointType ?? 'api',
    accessKey: options.accessKey ?? '',
    secretKey: options.secretKey ?? '',
    domain,
    transport,
    crypto,
    now: options.now ?? Date.now,
    sleep,
    userAgent: options.userAgent ?? 'Backend.AI Client for TypeScript',
    rounds: options.rounds ?? 2,
    dateHeader: options.dateHeader ?? 'Date',
  })
  const graphql = createGraphQl(connection)
  return {
    connection,
    graphql,
    system: createSystem(connection),
    sessionTemplates: createTemplates(connection, 'session', { domain, group }),
    clusterTemplates: createTemplates(connection, 'cluster', { domain, group }),
    dotfiles: createDotfiles(connection),
    vfolders: createFolders(connection, graphql, transport, sleep),
    auth: createAuth(connection, { domain }),
    totp: createTotp(connection),
    webLogin: createWebLogin(connection),
    errorLogs: createErrorLogs(connection),
    ...createAdministration(connection, graphql),
    resources: createResources(connection, group),
    followTask: (taskId, stream = {}) => followTask(connection, taskId, { ...stream, sleep }),
    sessions: {
      ...createSessions(connection, crypto, { domain, group }),
      ...createSessionList(graphql),
      ...createSessionFromTemplate(connection, crypto, { domain, group }),
      ...createSessionExecution(connection, crypto),
      ...createSessionFiles(connection, crypto),
      ...createSessionRecords(connection),
      ...createSessionApps(connection),
      events: (query = {}, stream = {}) => openSessionEvents(connection, query, { ...stream, sleep }),
      streamExecute: (session, request, ref) => openExecuteStream(connection, session, request, ref),
      streamPty: (session, size, ref) => openPty(connection, session, size, ref),
    },
  }
}

const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
