import { Hono } from 'hono'
import type { HttpEnv } from '../lib/http/http-env.ts'
import { answerProblems } from '../lib/http/problem-edge.ts'
import type { Logger } from '../lib/logger.ts'

export interface WebserverParts {
  login: Hono<{ Bindings: HttpEnv }>
  func: Hono<{ Bindings: HttpEnv }>
  /** The page and its files; null where the path names none. */
  page: (path: string) => Promise<Response | null>
  log: Logger
}

/** All of the webserver; every failure leaves as a problem document. */
export function webserverApp(parts: WebserverParts): Hono<{ Bindings: HttpEnv }> {
  const app = new Hono<{ Bindings: HttpEnv }>()
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.route('/server', parts.login)
  app.route('/func', parts.func)
  app.get('*', async (c) => (await parts.page(c.req.path)) ?? c.notFound())
  return answerProblems(app, parts.log)
}
