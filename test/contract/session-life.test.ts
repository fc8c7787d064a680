import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readOutboxSince } from '../../src/db/relay.ts'
import type { Store } from '../../src/db/store.ts'
import type { Requester } from '../../src/manager/context.ts'
import { addRetries } from '../../src/manager/loops/apply-plan.ts'
import { destroySession } from '../../src/manager/services/sessions/destroy.ts'
import { execute } from '../../src/manager/services/sessions/execute.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import {
  administrator,
  create,
  rowsOf,
  startManager,
  type TestManager,
  untilStatus,
} from '../manager/harness.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

/** The statements of services and loops mean the same on every store. */
describe.each(storeDrivers())('the life of sessions on $name', (driver) => {
  const stack = new AsyncDisposableStack()
  const agent = new ScriptedAgent('a1')
  let store: Store
  let admin: Requester
  let manager: TestManager

  beforeAll(async () => {
    stack.use(await driver.start())
    const database = await driver.fresh()
    store = stack.use(await openTestStore(database.settings))
    admin = await administrator(store)
    manager = stack.use(await startManager(store, [agent]))
  }, 60_000)
  afterAll(() => stack.disposeAsync(), 60_000)

  const mine = (name: string) => ({ name, ownerAccessKey: null })

  test('runs, counts, ends', async () => {
    const { sessionId, status } = await create(manager, admin)
    expect(status).toBe('RUNNING')
    await execute(manager.services, admin, mine(sessionId), {
      mode: 'query',
      code: '1',
      runId: null,
      options: null,
    })
    await manager.services.counters.flush()
    await destroySession(manager.services, admin, mine('test-session'), { forced: false })
    const { session } = await rowsOf(store, sessionId)
    expect(session).toMatchObject({ status: 'TERMINATED', numQueries: 1, liveName: null })
    expect(Object.keys(session.statusHistory).toSorted()).toEqual(
      ['PENDING', 'SCHEDULED', 'PREPARING', 'RUNNING', 'TERMINATING', 'TERMINATED'].toSorted(),
    )
    expect(Date.parse(session.statusHistory.RUNNING ?? '')).toBeGreaterThan(0)
    const names = (await readOutboxSince(store, 0)).map((event) => event.name)
    expect(names.filter((name) => name.startsWith('session_')).at(-1)).toBe('session_terminated')
  })

  test('says why a session waits, and counts the attempts', async () => {
    const first = await create(manager, admin, {
      name: 'first-one',
      config: { ...config, resources: { cpu: 8 } },
    })
    const second = await create(manager, admin, { name: 'second-one', enqueueOnly: true })
    await until(async () => (await rowsOf(store, second.sessionId)).session.statusInfo !== null)
    await store.tx((tx) => addRetries(tx, store, new Map([[second.sessionId, 4]])))
    const { session } = await rowsOf(store, second.sessionId)
    expect(session.statusData).toMatchObject({
      scheduler: { retries: 5, passed_predicates: expect.any(Array) },
    })
    await destroySession(manager.services, admin, mine(first.sessionId), { forced: false })
    await untilStatus(store, second.sessionId, 'RUNNING')
    await destroySession(manager.services, admin, mine(second.sessionId), { forced: true })
  })

  test('the same name at the same time makes one session', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => create(manager, admin, { name: 'only-one' })),
    )
    expect(new Set(answers.map((answer) => answer.sessionId)).size).toBe(1)
  })
})

const config = {
  mounts: [],
  mountMap: {},
  mountOptions: {},
  environ: {},
  resources: {},
  resourceOpts: {},
  scalingGroup: null,
  preopenPorts: [],
  agentList: [],
}
