import type { Connection } from './connection.ts'

export interface TotpState {
  totp_activated: boolean
  totp_activated_at: string | null
}

/** One-time passwords as the second factor of one's logins. */
export interface Totp {
  state(): Promise<TotpState>
  /** A new key, at work once `activate` has seen a password of it; `totp_uri` is what authenticator apps read. */
  begin(): Promise<{ totp_key: string; totp_uri: string }>
  activate(otp: string): Promise<TotpState>
  /** One's own, or somebody else's for administrators. */
  remove(email?: string): Promise<void>
}

export const createTotp = (connection: Connection): Totp => ({
  state: () => connection.json({ method: 'GET', path: ['totp'] }),
  begin: () => connection.json({ method: 'POST', path: ['totp'] }),
  activate: (otp) => connection.json({ method: 'POST', path: ['totp', 'verify'], json: { otp } }),
  async remove(email) {
    await connection.send({ method: 'DELETE', path: ['totp'], query: { email } })
  },
})
