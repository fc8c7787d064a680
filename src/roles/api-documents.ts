import { createMemoryCache } from '../cache/drivers/memory.ts'
import { openSqliteStore } from '../db/drivers/sqlite.ts'
import { createSharedConfig } from '../db/shared-config.ts'
import { createMemoryBus } from '../events/drivers/memory.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLogger } from '../lib/logger.ts'
import { describeApi, describeGraphql } from '../manager/api-documents.ts'
import { createManagerPlugins } from '../manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../manager/storage/http-storage-hosts.ts'
import { noAgents } from './no-agents.ts'

/** What this version of the manager serves, as text; needs neither a running manager nor a database. */
export const apiDocuments = {
  async openapi(): Promise<string> {
    const clock = systemClock
    const log = silentLogger
    await using store = await openSqliteStore({ path: ':memory:', clock, log })
    await using bus = createMemoryBus({ clock, log })
    await using cache = createMemoryCache({ clock })
    const config = createSharedConfig(store)
    const storage = createHttpStorageHosts({ config, log })
    const parts = { managerId: 'none', store, bus, cache, config, storage, agents: noAgents, clock, log }
    using plugins = createManagerPlugins(parts, {})
    return `${JSON.stringify(await describeApi({ ...parts, schedulers: [], plugins }), null, 2)}\n`
  },
  graphql: async (): Promise<string> => describeGraphql(),
}
