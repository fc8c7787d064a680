import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createCounters } from '../../src/manager/services/counters.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import { startServedManager } from '../manager/served-manager.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

/** What the REST routes ask of a store beyond the usual: both dialects must answer the same. */
describe.each(storeDrivers())('REST on $name', (driver) => {
  let owned: AsyncDisposableStack
  let manager: Awaited<ReturnType<typeof startServedManager>>
  const told: string[] = []
  let hook: ReturnType<typeof Bun.serve>

  beforeAll(async () => {
    owned = new AsyncDisposableStack()
    owned.use(await driver.start())
    const database = owned.use(await driver.fresh())
    const agent = new ScriptedAgent('a1', { cpu: '64', mem: String(64 * 1024 ** 3) })
    manager = owned.use(await startServedManager([agent], { store: () => openTestStore(database.settings) }))
    hook = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        told.push(JSON.parse(await request.text()).event)
        return new Response()
      },
    })
  }, 60_000)
  afterAll(async () => {
    await hook.stop(true)
    await owned.disposeAsync()
  }, 20_000)

  test('callbacks of a session’s life', async () => {
    const callback_url = `http://127.0.0.1:${hook.port}/`
    const made = await manager.call('POST', 'session', { image: 'python', name: 'told', callback_url })
    expect(made.status).toBe(201)
    await until(() => told.includes('started'), 10_000)
    await manager.call('DELETE', 'session/told')
    await until(() => told.includes('terminated'), 10_000)
    expect(told).toEqual(['enqueued', 'scheduled', 'preparing', 'started', 'terminating', 'terminated'])
    const { sessionCallbacks } = manager.ports.store.tables
    const left = async () => await manager.ports.store.db.select().from(sessionCallbacks)
    await until(async () => (await left()).length === 0, 10_000)
  }, 40_000)

  test('usage and statistics of what has ended', async () => {
    const now = new Date()
    const month = now.toISOString().slice(0, 7).replace('-', '')
    const { body } = await manager.call('GET', `resource/usage/month?month=${month}`)
    expect(Object(body)[0]).toMatchObject({ g_name: 'default', g_cpu_allocated: 1 })
    const stats = Object.values((await manager.call('GET', 'resource/stats/admin/month')).body)
    expect(stats).toHaveLength(2880)
    expect(stats.at(-1)).toMatchObject({ num_sessions: { value: 1 } })
  })

  test('templates, dotfiles, managers and counted calls', async () => {
    const document = {
      api_version: 'v1',
      kind: 'taskTemplate',
      metadata: { name: 't' },
      spec: { kernel: { image: 'python', environ: { A: 'ü "x" \\' } } },
    }
    const { body } = await manager.call('POST', 'template/session', { payload: JSON.stringify(document) })
    const { id } = Object(body)[0]
    const shown = await manager.call('GET', `template/session/${id}`)
    expect(Object(shown.body.template).spec.kernel.environ).toEqual({ A: 'ü "x" \\' })
    expect(Object((await manager.call('GET', 'template/session?group=default')).body)[0].id).toBe(id)
    const file = { path: '.x', data: 'ü\n', permission: '644' }
    expect((await manager.call('POST', 'user-config/dotfiles', file)).status).toBe(200)
    expect((await manager.call('GET', 'user-config/dotfiles?path=.x')).body.data).toBe('ü\n')
    expect(Object((await manager.call('GET', 'manager/status')).body.nodes)).toHaveLength(1)
    const counters = createCounters(manager.ports)
    counters.countCall(manager.accessKey)
    counters.countCall(manager.accessKey)
    const { keypairs } = manager.ports.store.tables
    const read = async () => (await manager.ports.store.db.select().from(keypairs))[0]
    const before = (await read())?.numQueries ?? 0
    await counters.flush()
    const after = await read()
    expect((after?.numQueries ?? 0) - before).toBeGreaterThanOrEqual(2)
    expect(Date.now() - (after?.lastUsed?.getTime() ?? 0)).toBeLessThan(10_000)
  }, 20_000)
})
