import type { GenericSchema, InferOutput } from 'valibot'
import type { ServerSocket } from '../../lib/http/server-socket.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Requester } from '../context.ts'
import type { Answer } from './answer.ts'
import type { AuditNotes } from './audit.ts'

/** Who may call: nobody in particular, any signed user, keypairs with is_admin, users with the superadmin role. */
export type RouteAuth = 'anonymous' | 'user' | 'admin' | 'superadmin'
/** While the manager is frozen: still served (reads), or answered 503 `server-frozen` (whatever makes new things). */
export type WhenFrozen = 'serve' | 'refuse'

/** What a handler knows of its request. `Who` is null only where the route is anonymous and nobody signed. */
export interface RouteContext<Params, Who extends Requester | null = Requester> {
  /** The validated JSON body, or the query string where the body is empty (client-wire.md §1.8). */
  readonly params: Params
  /** Decoded variables of the path: `/session/:session` → `path.session`. */
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly requester: Who
  readonly header: (name: string) => string | undefined
  /** The whole body within the route's `maxBodyBytes`. */
  readonly bytes: () => Promise<Uint8Array>
  readonly formData: () => Promise<FormData>
  readonly clientAddress: string
  readonly requestId: string
  /** Aborted when the client goes away before the answer is complete, and when the manager stops. */
  readonly signal: AbortSignal
  readonly audit: AuditNotes
  readonly log: Logger
}

type WhoOf<Auth extends RouteAuth> = Auth extends 'anonymous' ? Requester | null : Requester

interface RouteBase<Schema extends GenericSchema | undefined, Auth extends RouteAuth> {
  /** Hono's notation: `/session/:session/logs`. Literal segments win over variables whatever the order. */
  readonly path: string
  readonly auth: Auth
  /** For the API's description: imperative, at most 70 characters, no final period. */
  readonly summary: string
  /** A spelling or prefix that is kept for older clients only; default false. */
  readonly deprecated?: boolean
  /** Default `serve`. */
  readonly whenFrozen?: WhenFrozen
  /** False for what monitors ask; default true. */
  readonly rateLimited?: boolean
  /** False where a method other than GET changes nothing worth the audit log; default true. */
  readonly audited?: boolean
  /** Absent: the body is not read unless the handler does. */
  readonly params?: Schema
}

type ParamsOf<Schema> = Schema extends GenericSchema ? InferOutput<Schema> : undefined
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface HttpRouteDefinition<Schema extends GenericSchema | undefined, Auth extends RouteAuth>
  extends RouteBase<Schema, Auth> {
  readonly method: HttpMethod | readonly HttpMethod[]
  /** Default 16 MiB. */
  readonly maxBodyBytes?: number
  readonly handler: (context: RouteContext<ParamsOf<Schema>, WhoOf<Auth>>) => Answer | Promise<Answer>
}

export interface SocketRouteDefinition<Schema extends GenericSchema | undefined, Auth extends RouteAuth>
  extends RouteBase<Schema, Auth> {
  /**
   * Runs before the upgrade: a throw becomes an ordinary HTTP error answer. What it returns runs on the open socket;
   * the socket is closed when that ends (1011 when it throws).
   */
  readonly open: (context: RouteContext<ParamsOf<Schema>, WhoOf<Auth>>) => Promise<SocketHandler>
}
export type SocketHandler = (socket: ServerSocket) => Promise<void>

interface RouteFacts {
  readonly path: string
  readonly auth: RouteAuth
  readonly summary: string
  readonly deprecated: boolean
  readonly whenFrozen: WhenFrozen
  readonly rateLimited: boolean
  readonly audited: boolean
  readonly params: GenericSchema | null
}
export interface HttpRoute extends RouteFacts {
  readonly kind: 'http'
  readonly methods: readonly HttpMethod[]
  readonly maxBodyBytes: number
  readonly handler: (context: RouteContext<unknown, Requester | null>) => Answer | Promise<Answer>
}
export interface SocketRoute extends RouteFacts {
  readonly kind: 'socket'
  readonly open: (context: RouteContext<unknown, Requester | null>) => Promise<SocketHandler>
}
/** A route as the application, the OpenAPI document and coverage counts see it. */
export type Route = HttpRoute | SocketRoute

export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024

/**
 * One REST route.
 * @example
 * defineRoute({
 *   method: 'POST',
 *   path: '/session/:session/rename',
 *   summary: 'Rename a session',
 *   auth: 'user',
 *   whenFrozen: 'refuse',
 *   params: v.object({ name: v.string() }),
 *   handler: async ({ params, path, requester }) => {
 *     await sessions.rename(requester, path.session ?? '', params.name)
 *     return noContent()
 *   },
 * })
 */
export function defineRoute<
  const Auth extends RouteAuth,
  const Schema extends GenericSchema | undefined = undefined,
>(definition: HttpRouteDefinition<Schema, Auth>): HttpRoute {
  const { method } = definition
  return {
    ...factsOf(definition),
    kind: 'http',
    methods: typeof method === 'string' ? [method] : method,
    maxBodyBytes: definition.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    // The application hands over exactly what `params` and `auth` promise.
    handler: definition.handler as unknown as HttpRoute['handler'],
  }
}

/** One WebSocket route: `GET` with an upgrade. */
export function defineSocket<
  const Auth extends RouteAuth,
  const Schema extends GenericSchema | undefined = undefined,
>(definition: SocketRouteDefinition<Schema, Auth>): SocketRoute {
  return {
    ...factsOf(definition),
    kind: 'socket',
    open: definition.open as unknown as SocketRoute['open'],
  }
}

function factsOf(definition: RouteBase<GenericSchema | undefined, RouteAuth>): RouteFacts {
  return {
    path: definition.path,
    auth: definition.auth,
    summary: definition.summary,
    deprecated: definition.deprecated ?? false,
    whenFrozen: definition.whenFrozen ?? 'serve',
    rateLimited: definition.rateLimited ?? true,
    audited: definition.audited ?? true,
    params: definition.params ?? null,
  }
}
