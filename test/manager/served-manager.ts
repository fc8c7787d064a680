import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ApiError } from '../../src/client/errors.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import type { Store } from '../../src/db/store.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import type { ManagerPorts } from '../../src/manager/context.ts'
import { startManager } from '../../src/manager/role.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { createManagerPlugins } from '../../src/manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../../src/manager/storage/http-storage-hosts.ts'
import { type ScriptedAgent, ScriptedLink } from '../harness/agent.ts'

export interface Answer {
  status: number
  body: Record<string, unknown>
}

type Request = Parameters<Client['connection']['send']>[0]

/** A whole manager over the embedded drivers, with scripted agents and a signed client. */
export async function startServedManager(
  agents: readonly ScriptedAgent[],
  options: { clock?: Clock /** Default: SQLite in memory. */; store?: () => Promise<Store> } = {},
) {
  const clock = options.clock ?? systemClock
  /** Warnings and errors. */
  const complaints: string[] = []
  const log = createLogger({ level: 'warn', write: (line) => complaints.push(line) })
  await using stack = new AsyncDisposableStack()
  const openStore = options.store ?? (() => openSqliteStore({ path: ':memory:', clock, log }))
  const store = stack.use(await openStore())
  const config = createSharedConfig(store)
  const ports: ManagerPorts = {
    managerId: 'm1',
    store,
    bus: createMemoryBus({ clock, log }),
    cache: createMemoryCache({ clock }),
    config,
    storage: createHttpStorageHosts({ config, log }),
    agents: new ScriptedLink(agents),
    schedulers: [schedulerFifo],
    plugins: createManagerPlugins({ store, config, clock, log }, {}),
    clock,
    log,
  }
  const cluster = await bootstrapCluster(store, {}, { now: () => clock.now() })
  if (!cluster.created) throw new Error('the store was not empty')
  const manager = stack.use(
    await startManager({
      ports,
      listen: { host: '127.0.0.1', port: 0 },
      settings: {
        heartbeatTimeoutMs: 40_000,
        hideAgents: false,
        introspection: true,
        maxMessageBytes: 1 << 20,
      },
    }),
  )
  const { accessKey, secretKey } = cluster.admin
  const transport = createCliTransport()
  const client = createClient({ endpoint: manager.endpoints.api, accessKey, secretKey, transport })
  const owned = stack.move()

  /** The answer of a route; problems do not throw. */
  async function call(method: Request['method'], path: string, body?: unknown): Promise<Answer> {
    try {
      const [plain = '', query] = path.split('?')
      const answer = await client.connection.send({
        method,
        path: plain.split('/'),
        ...(query === undefined ? {} : { query: Object.fromEntries(new URLSearchParams(query)) }),
        ...(body === undefined ? {} : { json: body }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { status, kind, title, data, message } = error
      return { status, body: { error_code: kind, title, data, message } }
    }
  }
  return {
    ports,
    client,
    call,
    complaints,
    accessKey,
    secretKey,
    endpoint: manager.endpoints.api,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
