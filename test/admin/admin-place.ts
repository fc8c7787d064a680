import type { AdminContext } from '../../src/admin/admin-context.ts'
import { adminSocketPath } from '../../src/admin/socket-path.ts'
import { serveAdmin } from '../../src/admin/socket-server.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import type { TempDirectory } from '../harness/temp.ts'

export const openStoreOf = (dir: TempDirectory) =>
  openSqliteStore({ path: dir.at('data', 'store.db'), clock: systemClock, log: silentLogger, role: 'up' })

/** The administration of a role that runs on the data directory of `dir`. */
export async function serveHere(
  dir: TempDirectory,
  lent: Partial<AdminContext> = {},
): Promise<AsyncDisposable & Pick<AdminContext, 'store' | 'config'>> {
  await using stack = new AsyncDisposableStack()
  const store = lent.store ?? stack.use(await openStoreOf(dir))
  const config = createSharedConfig(store)
  const path = adminSocketPath(dir.at('data'))
  stack.use(await serveAdmin({ path, store, config, log: silentLogger, ...lent }))
  const owned = stack.move()
  return { store, config, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
