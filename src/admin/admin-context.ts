import type { StoredSharedConfig } from '../db/shared-config.ts'
import type { Store } from '../db/store.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

export interface TaskState {
  status: 'running' | 'done' | 'failed' | 'cancelled'
  current: number
  total: number
  message: string
}

/** The last run of one of the manager's loops; ISO times, null while it runs. */
export interface LoopRun {
  name: string
  startedAt: string
  endedAt: string | null
  isFailed: boolean
}

/** What administration works on: lent by the running role, or opened by the command while the role is down. */
export interface AdminContext {
  readonly store: Store
  readonly config: StoredSharedConfig
  readonly clock: Clock
  readonly log: Logger
  /** Makes the line that lets an agent join; only the running manager can. */
  readonly joinToken?: () => Promise<string>
  /** Reads registries in the background. */
  readonly images?: {
    /** Gives the id of the task. @throws RangeError when the registry is not configured. */
    rescan(registry: string | null): Promise<string>
    rescanState(taskId: string): Promise<TaskState | null>
  }
  /** Agents that the running manager speaks with. */
  readonly agents?: {
    connected(): string[]
    /** Milliseconds to the answer. */
    ping(agentId: string, timeoutMs: number): Promise<number>
  }
  /** When the running manager's loops ran last. */
  readonly loopRuns?: () => LoopRun[]
  /** `http://host:port` of the running manager's API. */
  readonly api?: string
}
