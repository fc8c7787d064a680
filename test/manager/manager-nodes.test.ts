import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { systemClock } from '../../src/lib/clock.ts'
import { announceManager } from '../../src/manager/services/manager-nodes.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import { startServedManager } from './served-manager.ts'

test('GET /manager/status shows every manager that was heard of lately', async () => {
  await using manager = await startServedManager([new ScriptedAgent('a1')])
  const { store } = manager.ports
  const { managers } = store.tables
  const other = { id: 'm0', address: '10.0.0.2:8081', version: '0.0.9' }
  await announceManager({ store, clock: systemClock }, other, 0)
  const gone = { now: () => Date.now() - 60_000, sleep: systemClock.sleep }
  await announceManager({ store, clock: gone }, { ...other, id: 'm9' }, 0)
  const { body } = await manager.call('GET', 'manager/status')
  expect(body).toMatchObject({
    status: 'running',
    nodes: [
      {
        id: 'm1',
        service_addr: manager.endpoint.replace('http://', ''),
        heartbeat_timeout: 40,
        ssl_enabled: false,
      },
      { id: 'm0', service_addr: '10.0.0.2:8081', version: '0.0.9' },
    ],
  })
  expect(await store.db.select().from(managers).where(eq(managers.id, 'm1'))).toHaveLength(1)
})

test('signed requests are counted for their keypair, in bulk', async () => {
  await using manager = await startServedManager([])
  const { store } = manager.ports
  const { keypairs } = store.tables
  const own = async () => {
    const [row] = await store.db.select().from(keypairs).where(eq(keypairs.accessKey, manager.accessKey))
    return row
  }
  expect((await own())?.lastUsed).toBeNull()
  for (let n = 0; n < 3; n++) await manager.call('GET', 'auth')
  const row = await until(async () => ((await own())?.numQueries ? await own() : null), 15_000)
  expect(row?.numQueries).toBe(3)
  expect(Date.now() - (row?.lastUsed?.getTime() ?? 0)).toBeLessThan(20_000)
}, 20_000)
