import type { Cache } from '../cache/cache.ts'
import type { SharedConfig } from '../config/shared.ts'
import type { Store } from '../db/store.ts'
import type { EventBus } from '../events/bus.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { SchedulerPlugin } from '../plugin/scheduler.ts'
import type { AgentLink } from '../wire/agent-link.ts'
import type { ManagerPlugins } from './services/plugins/manager-plugins.ts'
import type { StorageHosts } from './storage/storage-hosts.ts'

/** The ports that the manager's services are built from; each service takes only those it uses. */
export interface ManagerPorts {
  /** This process among several managers, e.g. `i-host-4711`. */
  managerId: string
  store: Store
  bus: EventBus
  cache: Cache
  config: SharedConfig
  agents: AgentLink
  storage: StorageHosts
  /** Scheduler policies by `name`; `fifo` must be among them. */
  schedulers: readonly SchedulerPlugin[]
  /** Hooks and monitors. */
  plugins: ManagerPlugins
  clock: Clock
  log: Logger
}

/** Who asks, as the signature proved. */
export interface Requester {
  accessKey: string
  userUuid: string
  email: string
  role: 'superadmin' | 'admin' | 'user' | 'monitor'
  domainName: string
  /** keypairs.is_admin */
  isAdmin: boolean
  isSuperadmin: boolean
  resourcePolicy: string
  rateLimit: number
}
