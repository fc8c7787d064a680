import { VERSION } from '../core/version.ts'
import { createOutboxRelay } from '../db/relay.ts'
import { eventKinds } from '../events/catalog/index.ts'
import { serveHttp } from '../lib/http/serve.ts'
import { administration, type ManagerAdministration } from './administration.ts'
import { createManagerApi } from './api/manager-api.ts'
import type { ManagerPorts } from './context.ts'
import { every } from './loops/every.ts'
import { startLoops } from './loops/index.ts'
import { servedRoutes } from './served-routes.ts'
import { createBackgroundTasks } from './services/background-tasks.ts'
import { endAllSessions } from './services/end-all-sessions.ts'
import { createSessionServices, type SessionServiceOptions } from './services/index.ts'
import { announceManager, MANAGER_TIMEOUT_MS, withdrawManager } from './services/manager-nodes.ts'

export interface ManagerSettings {
  /** Agents silent for longer are lost. */
  heartbeatTimeoutMs: number
  /** Tells users who are not superadmins nothing of agents. */
  hideAgents: boolean
  /** Of the GraphQL schema; null: as the shared configuration says. */
  introspection: boolean | null
  /** The largest WebSocket message, in bytes. */
  maxMessageBytes: number
  /** The image of sessions that import images. */
  importerImage?: string
  /** Addresses and CIDR blocks whose X-Forwarded-For is believed; default the loopback. */
  trustedProxies?: readonly string[]
  /** Requests per 15 minutes and address without a signature; default 1000. */
  anonymousRateLimit?: number
  /** Gets a line of JSON per answer, for tests that count which routes they reach. */
  coverageFile?: string
}

export interface ManagerOptions {
  ports: ManagerPorts
  listen: { host: string; port: number }
  settings: ManagerSettings
  services?: SessionServiceOptions
}

/** The manager as its process sees it; `RunningRole` of the wiring. */
export interface RunningManager extends AsyncDisposable {
  readonly name: 'manager'
  readonly endpoints: { readonly api: string }
  readonly administration: ManagerAdministration
}

const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Starts services, loops, the outbox relay and the API; disposing ends them in reverse and leaves sessions alone. */
export async function startManager(options: ManagerOptions): Promise<RunningManager> {
  const { ports, listen, settings } = options
  const { store, bus, clock, log, managerId } = ports
  await using stack = new AsyncDisposableStack()
  stack.use(createOutboxRelay({ store, bus, kinds: eventKinds, clock, log, holder: managerId }))
  const services = createSessionServices(ports, options.services)
  const tasks = stack.use(createBackgroundTasks(ports))
  const loops = stack.use(
    await startLoops(ports, services, { heartbeatTimeoutMs: settings.heartbeatTimeoutMs }),
  )

  let address = `${listen.host}:${listen.port}`
  const api = stack.use(
    await createManagerApi({
      ports,
      routes: servedRoutes(ports, services, tasks, settings),
      serviceAddress: () => address,
      endAllSessions: () => endAllSessions(services),
      signedBy: services.counters.countCall,
      ...(settings.trustedProxies ? { trustedProxies: settings.trustedProxies } : {}),
      ...(settings.coverageFile ? { coverageFile: settings.coverageFile } : {}),
      ...(settings.anonymousRateLimit ? { anonymousRateLimit: settings.anonymousRateLimit } : {}),
    }),
  )
  const serving = stack.use(
    await serveHttp({
      fetch: api.fetch,
      ...listen,
      maxBodyBytes: MAX_BODY_BYTES,
      maxMessageBytes: settings.maxMessageBytes,
      onError: (error) => log.warn({ err: error }, 'an answer or a WebSocket broke off'),
    }),
  )
  address = `${listen.host}:${serving.port}`
  const node = { id: managerId, address, version: VERSION }
  const startedAt = clock.now()
  await announceManager(ports, node, startedAt)
  stack.defer(() => withdrawManager(store, managerId))
  const leaving = new AbortController()
  const announcing = every(MANAGER_TIMEOUT_MS / 4, () => announceManager(ports, node, startedAt), {
    clock,
    log,
    signal: leaving.signal,
    name: 'announce',
  })
  stack.defer(async () => {
    leaving.abort()
    await announcing
  })
  log.info({ address, managerId }, 'the manager listens')
  const owned = stack.move()
  return {
    name: 'manager',
    endpoints: { api: `http://${reachable(listen.host)}:${serving.port}` },
    administration: administration(ports, tasks, loops.lastRuns),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A wildcard address is reached through the loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
