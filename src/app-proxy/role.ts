import { Hono } from 'hono'
import type { LoadedConfig } from '../config/loader.ts'
import { answerProblems } from '../lib/http/problem-edge.ts'
import { serveHttp } from '../lib/http/serve.ts'
import type { Logger } from '../lib/logger.ts'
import type { RunningRole } from '../roles/role.ts'

const MAX_BODY = 1024 * 1024

export interface AppProxyOptions {
  settings: LoadedConfig['appProxy']
  version: string
  log: Logger
}

/** The app proxy role. It holds its address and answers for its health; circuits come with the app work. */
export async function startAppProxy({ settings, version, log }: AppProxyOptions): Promise<RunningRole> {
  const app = answerProblems(new Hono(), log)
  app.get('/health', (c) => c.json({ status: 'ok', version }))
  const { host, port } = settings.serviceAddr
  const serving = await serveHttp({
    fetch: (request) => app.fetch(request),
    host,
    port,
    maxBodyBytes: MAX_BODY,
  })
  return {
    name: 'app-proxy',
    endpoints: { apps: `http://${host}:${serving.port}` },
    [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose](),
  }
}
