import { expect, test } from 'bun:test'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { silentLogger as log } from '../../src/lib/logger.ts'
import type { ManagerPorts } from '../../src/manager/context.ts'
import { type ManagerOptions, startManager } from '../../src/manager/role.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { createManagerPlugins } from '../../src/manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../../src/manager/storage/http-storage-hosts.ts'
import type { AgentLink } from '../../src/wire/agent-link.ts'

const noAgents: AgentLink = {
  listen: async () => {},
  connected: () => [],
  call: () => Promise.reject(new Error('no agent')),
  openStream: () => Promise.reject(new Error('no agent')),
  [Symbol.asyncDispose]: async () => {},
}
const settings: ManagerOptions['settings'] = {
  heartbeatTimeoutMs: 40_000,
  hideAgents: false,
  introspection: true,
  maxMessageBytes: 1 << 20,
}

test('the manager starts, serves every room of its API, and stops', async () => {
  await using stack = new AsyncDisposableStack()
  const store = stack.use(await openSqliteStore({ path: ':memory:', clock, log }))
  await bootstrapCluster(store, {}, { now: () => clock.now() })
  const ports: ManagerPorts = {
    managerId: 'i-test',
    store,
    bus: stack.use(createMemoryBus({ clock, log })),
    cache: stack.use(createMemoryCache({ clock })),
    config: createSharedConfig(store),
    agents: noAgents,
    storage: createHttpStorageHosts({ config: createSharedConfig(store), log }),
    schedulers: [],
    plugins: createManagerPlugins({ store, config: createSharedConfig(store), clock, log }, {}),
    clock,
    log,
  }
  const manager = await startManager({ ports, listen: { host: '127.0.0.1', port: 0 }, settings })
  const { api } = manager.endpoints
  const statusOf = async (method: string, path: string) => (await fetch(api + path, { method })).status
  expect(await statusOf('GET', '/')).toBe(200)
  for (const [method, path] of [
    ['POST', '/session'],
    ['POST', '/kernel/create'],
    ['GET', '/session/x'],
    ['GET', '/events/session'],
    ['GET', '/stream/session/x/apps'],
    ['POST', '/admin/gql'],
  ] as const) {
    expect([path, await statusOf(method, path)]).toEqual([path, 401])
  }
  const taken = startManager({
    ports,
    listen: { host: '127.0.0.1', port: Number(new URL(api).port) },
    settings,
  })
  await expect(taken).rejects.toThrow(`is taken by process ${process.pid}`)
  await manager[Symbol.asyncDispose]()
  await expect(fetch(api)).rejects.toThrow()
})
