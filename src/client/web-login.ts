import type { Connection } from './connection.ts'
import { ApiError } from './errors.ts'

/** Who is logged in at a webserver. */
export interface WebAccount {
  access_key: string
  role: string
  status: string
}

export interface LoginRefusal {
  /** Sentence of the server: `OTP not provided`, … */
  details: string
  title: string
  type: string
}

export type LoginOutcome =
  | { isAuthenticated: true; account: WebAccount }
  | { isAuthenticated: false; refusal: LoginRefusal }

/** The login of a webserver (endpoint type `session`); its cookie is the transport's business. */
export interface WebLogin {
  login(username: string, password: string, extra?: { otp?: string }): Promise<LoginOutcome>
  logout(): Promise<void>
  /** Null when nobody is logged in. */
  whoAmI(): Promise<WebAccount | null>
}

interface LoginAnswer {
  authenticated: boolean
  data: WebAccount | LoginRefusal | null
}

export function createWebLogin(connection: Connection): WebLogin {
  const post = <T>(action: string, json?: object): Promise<T> => {
    if (!connection.isSession) throw new RangeError('only a webserver (endpoint type "session") has logins')
    return connection.json<T>({ method: 'POST', path: ['server', action], ...(json ? { json } : {}) })
  }
  return {
    async login(username, password, extra = {}) {
      const { authenticated, data } = await post<LoginAnswer>('login', { username, password, ...extra })
      if (authenticated && data && 'access_key' in data) return { isAuthenticated: true, account: data }
      if (!authenticated && data && 'title' in data) return { isAuthenticated: false, refusal: data }
      throw new ApiError(200, { title: 'The answer to the login is not understood.' })
    },
    async logout() {
      await post('logout')
    },
    async whoAmI() {
      const { authenticated, data } = await post<LoginAnswer>('login-check')
      return authenticated && data && 'access_key' in data ? data : null
    },
  }
}
