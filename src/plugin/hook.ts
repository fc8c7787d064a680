import type { ConfigTree } from '../core/config-tree.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

/** What a hook sees of a request to the API. */
export interface HookRequest {
  readonly clientAddress: string
  readonly requestId: string
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined
}

export interface HookUser {
  readonly uuid: string
  readonly email: string
  readonly role: string
  readonly domainName: string
}

export interface HookSession {
  readonly sessionId: string
  readonly sessionName: string
  readonly accessKey: string
}

/** A session that waits for its resources. */
export interface HookPendingSession extends HookSession {
  readonly type: string
  readonly userUuid: string
  readonly projectId: string
  readonly domainName: string
  readonly scalingGroup: string
  /** Exact decimal text by slot. */
  readonly requestedSlots: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** Fields of the new user that a PRE_SIGNUP hook gives; later plugins win. */
export interface SignupOverrides {
  username?: string
  full_name?: string
  description?: string
  status?: 'active' | 'inactive' | 'before-verification'
  /** Of the keypair. */
  resource_policy?: string
  /** The name of the project to join; default `default`. */
  group?: string
}

type Body = Readonly<Record<string, unknown>>

/** Every hook point: what its handlers are given, and what they may give back (accelerators-plugins.md §6). */
export interface HookPoints {
  /** The access key of a caller whom somebody else has authenticated; null: by signature as usual. */
  PRE_AUTH_MIDDLEWARE: { args: { request: HookRequest }; result: string | null }
  /** The e-mail address of the user whom somebody else has authenticated; null: by password as usual. */
  AUTHORIZE: { args: { request: HookRequest; params: Body }; result: string | null }
  POST_AUTHORIZE: {
    args: { request: HookRequest; params: Body; user: HookUser; accessKey: string }
    result: unknown
  }
  PRE_SIGNUP: {
    args: { request: HookRequest; params: Body & { domain: string; email: string } }
    result: SignupOverrides | undefined
  }
  VERIFY_PASSWORD_FORMAT: {
    args: { request: HookRequest; password: string; email: string }
    result: unknown
  }
  POST_SIGNUP: { args: { email: string; userUuid: string; lang: string | null }; result: unknown }
  /** A rejection keeps the session waiting, with its reason; asked again before each run of the scheduler. */
  PREDICATE: { args: { session: HookPendingSession; now: number }; result: unknown }
  PRE_ENQUEUE_SESSION: { args: HookSession; result: unknown }
  POST_ENQUEUE_SESSION: { args: HookSession; result: unknown }
  PRE_START_SESSION: { args: HookSession; result: unknown }
  POST_START_SESSION: { args: HookSession; result: unknown }
  PRE_DESTROY_SESSION: { args: HookSession; result: unknown }
  POST_DESTROY_SESSION: { args: HookSession; result: unknown }
  POST_AGENT_HEARTBEAT: {
    args: { agentId: string; scalingGroup: string; availableSlots: Readonly<Record<string, string>> }
    result: unknown
  }
}

export type HookPoint = keyof HookPoints
type Handler<Point extends HookPoint> = (
  args: HookPoints[Point]['args'],
) => HookPoints[Point]['result'] | Promise<HookPoints[Point]['result']>
export type HookHandlers = { readonly [Point in HookPoint]?: Handler<Point> }

/** Thrown by a handler: the operation does not happen, and whoever asked reads the reason. */
export class Reject extends Error {
  override readonly name = 'Reject'
}

/** What hooks may ask of the manager. */
export interface HookWorld {
  readonly clock: Clock
  readonly log: Logger
  /** Sessions of a keypair that wait or run now. */
  aliveSessions(accessKey: string): Promise<number>
}

/** Settings of one plugin: what is below `config/plugins/<kind>/<name>` in the shared configuration. */
export type PluginSettings = ConfigTree

/** A plugin of the kind `hook`; works only where its setting `enabled` is on. */
export interface HookPlugin {
  /** Handlers of several plugins run in the order of these names. */
  readonly name: string
  /** Called at the start and whenever the settings change; throws when they are wrong. */
  configure(settings: PluginSettings, world: HookWorld): HookHandlers
}
