import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import type { HttpEnv } from '../../lib/http/http-env.ts'
import { forwardedHeaders } from '../func/http-proxy.ts'
import { type ManagerClient, readJson } from '../manager-client.ts'
import { decodeBody } from './encoded-body.ts'
import type { LoginService } from './login-service.ts'
import { SESSION_COOKIE, type WebSession, type WebSessions } from './web-session.ts'

const MAX_FORM = 64 * 1024
const form = v.record(v.string(), v.unknown())

export interface LoginRoutesOptions {
  sessions: WebSessions
  login: LoginService
  manager: ManagerClient
  domain: string
  maxAgeSeconds: number
  /** Mark the cookie `Secure`. */
  secureCookie: boolean
}

/** `/server/*` (client-wire.md §1.5). A refused login is a 200 that says `authenticated: false`. */
export function loginRoutes(options: LoginRoutesOptions): Hono<{ Bindings: HttpEnv }> {
  const app = new Hono<{ Bindings: HttpEnv }>()
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: options.maxAgeSeconds,
    secure: options.secureCookie,
  } as const

  app.post('/login', async (c) => {
    if (await options.sessions.find(getCookie(c, SESSION_COOKIE))) {
      throw new Problem('generic-bad-request', { msg: 'You are logged in already; log out first.' })
    }
    const encoded = c.req.header('x-backendai-encoded') ? `http://${c.env.rawHost}` : null
    const outcome = await options.login.login(
      await readForm(c.env, encoded),
      forwardedHeaders(c.env),
      c.env.signal,
    )
    if (!outcome.authenticated) return c.json(outcome)
    setCookie(c, SESSION_COOKIE, outcome.session.token, cookie)
    c.header('x-backendai-sessionid', outcome.session.id)
    return c.json({ authenticated: true, data: publicLogin(outcome.session) })
  })

  app.post('/login-check', async (c) => {
    const session = await options.sessions.find(getCookie(c, SESSION_COOKIE))
    return c.json({
      authenticated: session !== null,
      data: session ? publicLogin(session) : null,
      session_id: session?.id ?? '',
    })
  })

  app.post('/logout', async (c) => {
    const token = getCookie(c, SESSION_COOKIE)
    if (token) await options.sessions.end(token)
    setCookie(c, SESSION_COOKIE, '', { ...cookie, maxAge: 0 })
    return c.body(null, 201)
  })

  app.post('/extend-login-session', async (c) => {
    const session = await options.sessions.find(getCookie(c, SESSION_COOKIE))
    if (!session) throw new Problem('auth-failed', { msg: 'You are not logged in.' })
    await options.sessions.extend(session)
    setCookie(c, SESSION_COOKIE, session.token, cookie)
    return c.json({ expires: options.maxAgeSeconds })
  })

  app.post('/update-password-no-auth', async (c) => {
    const input = await readForm(c.env, null)
    const answer = await options.manager.send({
      method: 'POST',
      target: '/auth/update-password-no-auth',
      headers: { ...forwardedHeaders(c.env), 'content-type': 'application/json' },
      login: null,
      body: Buffer.from(JSON.stringify({ domain: options.domain, ...input })),
      signal: c.env.signal,
    })
    const content = await readJson(answer)
    const body = JSON.stringify(answer.statusCode === 201 ? { data: null, ...(content as object) } : content)
    const type = answer.headers['content-type'] ?? 'application/json'
    const status = answer.statusCode === 201 ? 200 : (answer.statusCode ?? 502)
    return new Response(body, { status, headers: { 'content-type': type } })
  })

  return app
}

async function readForm(env: HttpEnv, encodedFor: string | null): Promise<Record<string, unknown>> {
  const text = Buffer.from(await env.readBody(MAX_FORM)).toString('utf8')
  const plain = encodedFor ? decodeBody(text, encodedFor) : text
  try {
    return v.parse(form, JSON.parse(plain))
  } catch (cause) {
    throw new Problem('invalid-api-params', { msg: 'Malformed body', data: {}, cause })
  }
}

const publicLogin = ({ login }: WebSession) => ({
  access_key: login.accessKey,
  role: login.role,
  status: login.status,
})
