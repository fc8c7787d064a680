import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store } from './store.ts'

export type StoreSettings =
  | { kind: 'sqlite'; path: string }
  | {
      kind: 'postgresql'
      url: string
      /** Connections, at most. */
      poolSize: number
    }

export interface StoreDeps {
  clock: Clock
  log: Logger
  /** Written as the source of events that this process emits: its manager id. Default `manager`. */
  source?: string
  /** What others are told that find the database file locked, e.g. `up` or `mgr fixture populate`. */
  role?: string
}

/** Opens the store that the settings name and brings its schema up to date; only that driver is loaded. */
export async function openStore(settings: StoreSettings, deps: StoreDeps): Promise<Store> {
  if (settings.kind === 'sqlite') {
    const { openSqliteStore } = await import('./drivers/sqlite.ts')
    return openSqliteStore({ path: settings.path, ...deps })
  }
  const { openPostgresStore } = await import('./drivers/postgres.ts')
  return openPostgresStore({ url: settings.url, poolSize: settings.poolSize, ...deps })
}
