import { Hono } from 'hono'
import type { LoadedConfig } from '../config/loader.ts'
import { Problem } from '../core/problem.ts'
import { answerProblems } from '../lib/http/problem-edge.ts'
import { serveHttp } from '../lib/http/serve.ts'
import type { Logger } from '../lib/logger.ts'
import { sameText } from '../lib/same-text.ts'
import type { RunningRole } from '../roles/role.ts'
import { mountRoutes } from './mount-routes.ts'
import type { ServiceAction, Supervisor } from './supervisor.ts'

const MAX_BODY = 1024 * 1024

export interface WatcherOptions {
  settings: LoadedConfig['watcher']
  /** The shared `config/watcher/token`; null means the original's documented default. */
  token: () => Promise<string | null>
  supervisor: Supervisor
  /** The shared `volumes/_mount`; null means `/mnt`. */
  mountRoot: () => Promise<string | null>
  log: Logger
}

/** The watcher role: looks after the agent of its node (agent-kernel.md §11). */
export async function startWatcher(options: WatcherOptions): Promise<RunningRole> {
  const { settings, supervisor, log } = options
  const app = new Hono()

  app.use(async (c, next) => {
    const expected = (await options.token()) ?? 'insecure'
    if (!sameText(c.req.header('x-backendai-watcher-token') ?? '', expected)) {
      throw new Problem('generic-forbidden', { msg: 'The watcher token is missing or wrong.' })
    }
    await next()
  })
  app.get('/', async (c) => c.json({ 'agent-status': await supervisor.status(), 'watcher-status': 'active' }))
  const act = async (action: ServiceAction) => {
    log.info({ action }, 'agent control')
    await supervisor.act(action)
    return { result: 'ok' }
  }
  app.post('/agent/start', async (c) => c.json(await act('start')))
  app.post('/agent/stop', async (c) => c.json(await act('stop')))
  app.post('/agent/restart', async (c) => c.json(await act('restart')))
  app.post('/soft-reset', async (c) => {
    if (!settings.softResetAvailable) {
      throw new Problem('generic-forbidden', { msg: 'watcher.soft-reset-available is off on this node.' })
    }
    return c.json(await act('reload'))
  })
  for (const action of ['hard-reset', 'shutdown'] as const) {
    app.post(`/${action}`, async (c) => {
      if ((await options.token()) === null) {
        throw new Problem('generic-forbidden', {
          msg: 'Set config/watcher/token first: whoever knows the default one could end this node.',
        })
      }
      return c.json(await act(action))
    })
  }
  app.route(
    '/',
    mountRoutes(async () => ((await options.mountRoot()) || '/mnt').replace(/\/+$/, '')),
  )
  answerProblems(app, log)

  const { host, port } = settings.serviceAddr
  const serving = await serveHttp({
    fetch: (request) => app.fetch(request),
    host,
    port,
    maxBodyBytes: MAX_BODY,
  })
  return {
    name: 'watcher',
    endpoints: { watcher: `http://${host}:${serving.port}` },
    [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
  }
}
