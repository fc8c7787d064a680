import type { ServerVersion } from './api-version.ts'
import type { Connection } from './connection.ts'

export interface Announcement {
  enabled: boolean
  /** Markdown. */
  message: string
}

export interface System {
  version(): Promise<ServerVersion>
  /** Whether the key pair is accepted; the answer is the echoed text. */
  testAuth(echo: string): Promise<string>
  announcement(): Promise<Announcement>
  /** `running`, `frozen`… */
  status(): Promise<{ status: string; active_sessions: number }>
}

export const createSystem = (connection: Connection): System => ({
  version: () => connection.serverVersion(),
  async testAuth(echo) {
    const body = await connection.json<{ echo: string }>({ method: 'GET', path: ['auth'], query: { echo } })
    return body.echo
  },
  async announcement() {
    const path = ['manager', 'announcement']
    const body = await connection.json<Partial<Announcement>>({ method: 'GET', path })
    return { enabled: body.enabled ?? false, message: body.message ?? '' }
  },
  status: () => connection.json({ method: 'GET', path: ['manager', 'status'] }),
})
