import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import { type ManagerClient, readJson } from '../manager-client.ts'
import type { LoginGuard } from './login-guard.ts'
import type { WebLogin, WebSession, WebSessions } from './web-session.ts'

const keypair = v.object({
  data: v.object({
    access_key: v.string(),
    secret_key: v.string(),
    role: v.string(),
    status: v.string(),
  }),
})

const problem = v.object({
  type: v.string(),
  title: v.string(),
  msg: v.optional(v.string()),
  data: v.optional(v.unknown()),
})

export interface LoginRefusal {
  type: string
  title: string
  /** The sentence for the person who logs in. */
  details: string
  /** With it one-time passwords can be set up, where a login needs them. */
  two_factor_registration_token?: string
}

export type LoginOutcome =
  | { authenticated: true; session: WebSession }
  | { authenticated: false; data: LoginRefusal }

/** Login by e-mail and password: the manager checks, the webserver keeps the keypair (client-wire.md §1.5). */
export class LoginService {
  private readonly manager: ManagerClient
  private readonly sessions: WebSessions
  private readonly guard: LoginGuard
  private readonly domain: string

  constructor(options: { manager: ManagerClient; sessions: WebSessions; guard: LoginGuard; domain: string }) {
    this.manager = options.manager
    this.sessions = options.sessions
    this.guard = options.guard
    this.domain = options.domain
  }

  /**
   * @param input `username`, `password`, and whatever else the form sends (`otp`): forwarded to the manager.
   * @param forwarded Headers that tell the manager who asks.
   * @throws Problem when the form is incomplete, the name is blocked, or no manager answers.
   */
  async login(
    input: Record<string, unknown>,
    forwarded: Record<string, string>,
    signal: AbortSignal,
  ): Promise<LoginOutcome> {
    const { username, password } = input
    if (typeof username !== 'string' || username === '') throw missing('username')
    if (typeof password !== 'string' || password === '') throw missing('password')
    await this.guard.check(username)
    const body = { domain: this.domain, ...input, type: 'keypair', username, password }
    const answer = await this.manager.send({
      method: 'POST',
      target: '/auth/authorize',
      headers: { ...forwarded, 'content-type': 'application/json' },
      login: null,
      body: Buffer.from(JSON.stringify(body)),
      signal,
    })
    const content = await readJson(answer)
    const granted = v.safeParse(keypair, content)
    if (answer.statusCode !== 200 || !granted.success) {
      if (answer.statusCode === 401) await this.guard.failed(username)
      return { authenticated: false, data: refusal(content) }
    }
    await this.guard.succeeded(username)
    return {
      authenticated: true,
      session: await this.sessions.create(loginOf(username, granted.output.data)),
    }
  }
}

function loginOf(username: string, data: v.InferOutput<typeof keypair>['data']): WebLogin {
  return {
    username,
    accessKey: data.access_key,
    secretKey: data.secret_key,
    role: data.role,
    status: data.status,
  }
}

function refusal(content: unknown): LoginRefusal {
  const parsed = v.safeParse(problem, content)
  if (!parsed.success)
    throw new Problem('bad-gateway', { msg: 'The manager gave no answer that can be read.' })
  const { type, title, msg, data } = parsed.output
  const more = typeof data === 'object' && data !== null ? data : {}
  const details = 'details' in more ? String(more.details) : (msg ?? title)
  const { two_factor_registration_token: token } = more as { two_factor_registration_token?: unknown }
  return {
    type,
    title,
    details,
    ...(typeof token === 'string' ? { two_factor_registration_token: token } : {}),
  }
}

const missing = (field: string): Problem =>
  new Problem('invalid-api-params', {
    msg: `You must provide the ${field} field.`,
    data: { [field]: 'is required' },
  })
