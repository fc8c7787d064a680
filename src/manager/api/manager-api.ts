import { randomUUID } from 'node:crypto'
import { VERSION } from '../../core/version.ts'
import { addressSet } from '../../lib/http/client-address.ts'
import type { HttpEnv } from '../../lib/http/http-env.ts'
import type { ManagerPorts } from '../context.ts'
import { createAuditLog } from '../services/audit/audit-log.ts'
import { createAccounts } from './auth/accounts.ts'
import { createLiveSockets } from './auth/live-sockets.ts'
import { createVerifier } from './auth/verify.ts'
import { createCors } from './cors.ts'
import { openCoverage } from './coverage.ts'
import { createEdge } from './edge.ts'
import { createManagerStatus } from './manager-status.ts'
import { createMetrics, metricsRoutes } from './metrics.ts'
import { createRateLimit, showRateLimit } from './rate-limit.ts'
import { aclRoutes } from './rest/acl.ts'
import { auditLogRoutes } from './rest/audit-logs.ts'
import { authRoutes } from './rest/auth.ts'
import { loginRoutes } from './rest/auth-login.ts'
import { passwordRoutes } from './rest/auth-password.ts'
import { bootstrapScriptRoutes } from './rest/bootstrap-script.ts'
import { configRoutes } from './rest/config.ts'
import { dotfileRoutes } from './rest/dotfiles.ts'
import { healthRoutes } from './rest/health.ts'
import { logRoutes } from './rest/logs.ts'
import { managerRoutes } from './rest/manager.ts'
import { resourceRoutes } from './rest/resource.ts'
import { resourceUsageRoutes } from './rest/resource-usage.ts'
import { rootRoutes } from './rest/root.ts'
import { scalingGroupRoutes } from './rest/scaling-groups.ts'
import { specRoutes } from './rest/spec.ts'
import { sshKeypairRoutes } from './rest/ssh-keypair.ts'
import { templateRoutes } from './rest/templates.ts'
import { totpRoutes } from './rest/totp.ts'
import { watcherRoutes } from './rest/watcher.ts'
import type { Route } from './route.ts'

export interface ManagerApiOptions {
  ports: ManagerPorts
  /** Routes of the parts that are made elsewhere: sessions, streams, events, GraphQL. */
  routes: readonly Route[]
  /** `host:port` as `GET /manager/status` shows it. */
  serviceAddress: () => string
  endAllSessions: () => Promise<void>
  /** Called once per request with a good signature. */
  signedBy?: (accessKey: string) => void
  /** Requests per 15 minutes and client address without a signature; default 1000. */
  anonymousRateLimit?: number
  /** Addresses and CIDR blocks whose X-Forwarded-For is believed; default the loopback. */
  trustedProxies?: readonly string[]
  /** Gets a line of JSON per answer (coverage.ts). */
  coverageFile?: string
}

export interface ManagerApi extends AsyncDisposable {
  fetch(request: Request, env: HttpEnv): Promise<Response>
  /** Every route it serves, for OpenAPI and coverage. */
  readonly routes: readonly Route[]
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** The manager's whole HTTP interface over its ports. */
export async function createManagerApi(options: ManagerApiOptions): Promise<ManagerApi> {
  const { ports } = options
  const { store, bus, cache, config, clock, log } = ports
  await using stack = new AsyncDisposableStack()
  const accounts = stack.use(await createAccounts(store, bus, clock))
  const liveSockets = stack.use(createLiveSockets(accounts, log))
  const status = stack.use(await createManagerStatus(config, bus, clock))
  const metrics = createMetrics()
  stack.use(await ports.plugins.connect(bus))
  const audit = stack.use(createAuditLog(ports))
  const { monitors } = ports.plugins
  const anonymousLimit = options.anonymousRateLimit ?? 1000
  const routes: readonly Route[] = [
    ...specRoutes(() => routes, VERSION),
    ...rootRoutes(VERSION),
    ...healthRoutes(ports),
    ...metricsRoutes(metrics),
    ...authRoutes(ports),
    ...loginRoutes(ports),
    ...passwordRoutes(ports),
    ...totpRoutes(ports),
    ...sshKeypairRoutes(ports),
    ...managerRoutes(ports, status, {
      serviceAddress: options.serviceAddress,
      ownVersion: VERSION,
      endAllSessions: options.endAllSessions,
    }),
    ...resourceRoutes(ports),
    ...resourceUsageRoutes(ports),
    ...watcherRoutes(ports),
    ...scalingGroupRoutes(ports),
    ...configRoutes(ports),
    ...aclRoutes(),
    ...logRoutes(ports),
    ...auditLogRoutes(ports, audit),
    ...dotfileRoutes(ports),
    ...bootstrapScriptRoutes(ports),
    ...templateRoutes({ ports, newId: randomUUID }),
    ...options.routes,
  ]
  const fetch = createEdge({
    routes,
    verify: createVerifier(accounts, () => clock.now(), ports.plugins.hooks),
    guardSocket: liveSockets.guard,
    rateLimit: createRateLimit(cache, anonymousLimit, log),
    showRateLimit: showRateLimit(anonymousLimit),
    cors: createCors(config, clock),
    isFrozen: async () => (await status.get()) === 'frozen',
    signedBy: options.signedBy ?? (() => {}),
    trustedProxies: addressSet(options.trustedProxies ?? LOOPBACK),
    newRequestId: randomUUID,
    observe(route, method, code, startedAt) {
      metrics.observe(route, method, code, clock.now() - startedAt)
      monitors.reportMetric('increment', 'ai.backend.manager.api.requests', 1)
      monitors.reportMetric('increment', `ai.backend.manager.api.status.${code}`, 1)
    },
    audit,
    failed: (error, context) => void monitors.captureException(error, context),
    record: options.coverageFile === undefined ? undefined : openCoverage(options.coverageFile),
    now: () => clock.now(),
    log,
  })
  const owned = stack.move()
  return { fetch, routes, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
