import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { Problem } from '../../core/problem.ts'
import type { HttpEnv } from '../../lib/http/http-env.ts'
import { SESSION_COOKIE, type WebSessions } from '../login/web-session.ts'
import type { ManagerClient } from '../manager-client.ts'
import { forwardedHeaders, proxyHttp } from './http-proxy.ts'
import { openSocketProxy } from './socket-proxy.ts'

/** Paths that need no login; compared after `/func`. */
const ANONYMOUS = new Set(['/', '/auth/signup', '/manager/announcement', '/totp/anon', '/totp/anon/verify'])
/** Files of `.output`, whose addresses carry their permission. */
const OUTPUT = /^\/session\/[\w-]+\/output\/[\w.-]+$/

/** `/func/*`: the manager's API for browsers, signed with the keypair of the login session. */
export function funcRoutes(sessions: WebSessions, manager: ManagerClient): Hono<{ Bindings: HttpEnv }> {
  const app = new Hono<{ Bindings: HttpEnv }>()
  app.get('/ping', (c) => c.json({ ok: true }))
  app.all('*', async (c) => {
    // The raw target, since the manager verifies the signature over it byte for byte.
    const target = c.env.rawTarget.slice('/func'.length) || '/'
    const path = target.split('?', 1)[0] ?? '/'
    const session = await sessions.find(getCookie(c, SESSION_COOKIE))
    if (!session && !ANONYMOUS.has(path) && !OUTPUT.test(path)) {
      throw new Problem('auth-failed', { title: 'Unauthorized access', msg: 'You are not logged in.' })
    }
    if (!c.env.upgrade) return proxyHttp(c.env, target, session?.login ?? null, manager)
    if (!session) throw new Problem('auth-failed', { msg: 'You are not logged in.' })
    const { url, headers } = manager.socketRequest(target, c.req.header('x-backendai-version'), session.login)
    const forwarded = forwardedHeaders(c.env)
    return c.env.upgrade(await openSocketProxy(url, { ...headers, ...forwarded }))
  })
  return app
}
