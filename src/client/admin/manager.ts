import type { Connection } from '../connection.ts'
import type { Announcement } from '../system.ts'

export interface ManagerNode {
  id: string
  num_proc: number
  service_addr: string
  /** Seconds. */
  heartbeat_timeout: number
  ssl_enabled: boolean
  active_sessions: number
  status: string
  version: string
  api_version: string
}

export interface ManagerStatus {
  /** `running` or `frozen`. */
  status: string
  active_sessions: number
  nodes?: ManagerNode[]
}

/** The managers as a whole; superadmins change them. */
export interface ManagerControl {
  status(signal?: AbortSignal): Promise<ManagerStatus>
  /** No new sessions and folders; with `forceKill` those that run are ended. */
  freeze(options?: { forceKill?: boolean | undefined }): Promise<void>
  unfreeze(): Promise<void>
  announcement(signal?: AbortSignal): Promise<Announcement>
  /** Markdown. */
  updateAnnouncement(message: string): Promise<void>
  deleteAnnouncement(): Promise<void>
  /** `include-agents`, `exclude-agents`: whether new sessions may come to these. */
  schedulerOperation(operation: 'include-agents' | 'exclude-agents', agents: readonly string[]): Promise<void>
  /** Runs a step of the scheduler now. */
  triggerScheduler(event: string): Promise<void>
  schedulerStatus(): Promise<Record<string, unknown>>
}

export function createManagerControl(connection: Connection): ManagerControl {
  const path = ['manager', 'status']
  const announce = async (json: { enabled: boolean; message?: string }): Promise<void> => {
    await connection.send({ method: 'POST', path: ['manager', 'announcement'], json, isIdempotent: true })
  }
  return {
    status: (signal) => connection.json({ method: 'GET', path, signal }),
    async freeze(options = {}) {
      const json = { status: 'frozen', force_kill: options.forceKill ?? false }
      await connection.send({ method: 'PUT', path, json })
    },
    async unfreeze() {
      await connection.send({ method: 'PUT', path, json: { status: 'running' } })
    },
    async announcement(signal) {
      const body = await connection.json<Partial<Announcement>>({
        method: 'GET',
        path: ['manager', 'announcement'],
        signal,
      })
      return { enabled: body.enabled ?? false, message: body.message ?? '' }
    },
    updateAnnouncement: (message) => announce({ enabled: true, message }),
    deleteAnnouncement: () => announce({ enabled: false }),
    async schedulerOperation(op, args) {
      const json = { op, args }
      await connection.send({
        method: 'POST',
        path: ['manager', 'scheduler', 'operation'],
        json,
        isIdempotent: true,
      })
    },
    async triggerScheduler(event) {
      const json = { event }
      await connection.send({
        method: 'POST',
        path: ['manager', 'scheduler', 'trigger'],
        json,
        isIdempotent: true,
      })
    },
    schedulerStatus: () => connection.json({ method: 'GET', path: ['manager', 'scheduler', 'status'] }),
  }
}
