import { RequestError, request } from './request.ts'

interface LoginAnswer {
  authenticated: boolean
  data: { details?: string } | null
}

export const isLoggedIn = async (): Promise<boolean> =>
  (await request<LoginAnswer>('POST', '/server/login-check')).authenticated

/** @throws RequestError with the reason of a refusal. */
export async function login(username: string, password: string): Promise<void> {
  const answer = await request<LoginAnswer>('POST', '/server/login', { username, password })
  if (!answer.authenticated) throw new RequestError(401, answer.data?.details ?? 'The login was refused.')
}

export const logout = (): Promise<unknown> => request('POST', '/server/logout')
