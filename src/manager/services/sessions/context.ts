import type { ManagerPorts } from '../../context.ts'
import type { Counters } from '../counters.ts'
import type { Dispatched } from '../dispatched.ts'
import type { Signals } from '../signals.ts'
import type { Waiters } from '../waiters.ts'
import type { MountResolver } from './enqueue.ts'

/** What the services of sessions share. */
export interface SessionContext {
  ports: ManagerPorts
  signals: Signals
  waiters: Waiters
  dispatched: Dispatched
  counters: Counters
  newId: () => string
  resolveMounts: MountResolver
}
