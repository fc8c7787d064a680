import type { Cache } from '../cache/cache.ts'
import type { LoadedConfig } from '../config/loader.ts'
import type { Clock } from '../lib/clock.ts'
import { serveHttp } from '../lib/http/serve.ts'
import type { Logger } from '../lib/logger.ts'
import type { RunningRole } from '../roles/role.ts'
import { webserverApp } from './app.ts'
import { funcRoutes } from './func/routes.ts'
import { LoginGuard } from './login/login-guard.ts'
import { LoginService } from './login/login-service.ts'
import { loginRoutes } from './login/routes.ts'
import { WebSessions } from './login/web-session.ts'
import { ManagerClient } from './manager-client.ts'

const MAX_BODY = 64 * 1024 * 1024

export interface WebserverOptions {
  settings: LoadedConfig['webserver']
  cache: Cache
  clock: Clock
  log: Logger
  page: (path: string) => Promise<Response | null>
}

/** The webserver role: login sessions, the signed `/func` proxy, and the page. */
export async function startWebserver(options: WebserverOptions): Promise<RunningRole> {
  const { settings, cache, log } = options
  const { session, api, serviceAddr } = settings
  const manager = new ManagerClient({
    endpoints: api.endpoint,
    clock: options.clock,
    verifyTls: api.sslVerify,
  })
  const sessions = new WebSessions(cache, session.maxAge * 1000)
  const guard = new LoginGuard(cache, session.loginAllowedFailCount, session.loginBlockTime * 1000)
  const app = webserverApp({
    login: loginRoutes({
      sessions,
      manager,
      login: new LoginService({ manager, sessions, guard, domain: api.domain }),
      domain: api.domain,
      maxAgeSeconds: session.maxAge,
      secureCookie: settings.service.forceEndpointProtocol === 'https',
    }),
    func: funcRoutes(sessions, manager),
    page: options.page,
    log,
  })
  const serving = await serveHttp({
    fetch: (request, env) => app.fetch(request, env),
    host: serviceAddr.host,
    port: serviceAddr.port,
    maxBodyBytes: MAX_BODY,
    onError: (error) => log.error({ err: error }, 'connection failed'),
  })
  return {
    name: 'webserver',
    endpoints: { web: `http://${shownHost(serviceAddr.host)}:${serving.port}` },
    [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
  }
}

const shownHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)
