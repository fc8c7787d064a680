import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Store } from '../../src/db/store.ts'
import type { Requester } from '../../src/manager/context.ts'
import { destroySession } from '../../src/manager/services/sessions/destroy.ts'
import { type HookHandlers, type HookPlugin, type HookPoint, Reject } from '../../src/plugin/hook.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import {
  administrator,
  create,
  openTestStore,
  rowsOf,
  startManager,
  type TestManager,
  untilStatus,
} from './harness.ts'

let handlers: HookHandlers = {}
/** A plugin whose handlers each test chooses. */
const plugin: HookPlugin = {
  name: 'tested',
  configure: () => new Proxy({}, { get: (_, point) => handlers[point as HookPoint] }) as HookHandlers,
}
const refuse = (reason: string) => () => {
  throw new Reject(reason)
}

let store: Store
let admin: Requester
let manager: TestManager
beforeEach(async () => {
  handlers = {}
  store = await openTestStore()
  admin = await administrator(store)
  manager = await startManager(store, [new ScriptedAgent('a1')], { reconcileMs: 20 }, { hooks: [plugin] })
  await manager.ports.config.set('config/plugins/hook/tested/enabled', 'true')
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})
const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const mine = { name: 'test-session', ownerAccessKey: null }

test('hooks are asked before and told after each step', async () => {
  const told: [HookPoint, unknown][] = []
  const note = (point: HookPoint) => (args: unknown) => void told.push([point, args])
  handlers = Object.fromEntries(
    (['PRE', 'POST'] as const).flatMap((when) =>
      (['ENQUEUE', 'START', 'DESTROY'] as const).map((what) => {
        const point = `${when}_${what}_SESSION` as const
        return [point, note(point)]
      }),
    ),
  )
  const { sessionId } = await create(manager, admin)
  await destroySession(manager.services, admin, mine, { forced: false })
  await until(() => told.some(([point]) => point === 'POST_DESTROY_SESSION'))
  const session = { sessionId, sessionName: 'test-session', accessKey: admin.accessKey }
  expect(told.every(([, args]) => Bun.deepEquals(args, session))).toBe(true)
  const order = told.map(([point]) => point)
  expect(new Set(order)).toEqual(new Set(Object.keys(handlers) as HookPoint[]))
  const before = (one: HookPoint, other: HookPoint) => order.indexOf(one) < order.indexOf(other)
  expect(before('PRE_ENQUEUE_SESSION', 'PRE_START_SESSION')).toBe(true)
  expect(before('PRE_START_SESSION', 'POST_START_SESSION')).toBe(true)
  expect(before('PRE_DESTROY_SESSION', 'POST_DESTROY_SESSION')).toBe(true)
})

test('a refused request makes no session', async () => {
  handlers = { PRE_ENQUEUE_SESSION: refuse('Not today.') }
  expect(await caught(create(manager, admin))).toMatchObject({ kind: 'rejected-by-hook', msg: 'Not today.' })
  expect(await store.db.select().from(store.tables.sessions)).toEqual([])
})

test('a veto keeps the session waiting with its reason, until it is lifted', async () => {
  handlers = { PREDICATE: ({ session }) => refuse(`${session.sessionName} in ${session.scalingGroup}`)() }
  const { sessionId } = await create(manager, admin, { enqueueOnly: true })
  const { session } = await until(async () => {
    const rows = await rowsOf(store, sessionId)
    return rows.session.statusInfo === 'predicate-checks-failed' && rows
  })
  expect(session.status).toBe('PENDING')
  expect(session.statusData?.scheduler).toMatchObject({
    failed_predicates: [{ name: 'hook', msg: 'test-session in default', details: { plugins: ['tested'] } }],
  })
  handlers = {}
  await untilStatus(store, sessionId, 'RUNNING')
})

test('a refused start cancels the session and says why', async () => {
  handlers = { PRE_START_SESSION: refuse('No licence.') }
  const created = await create(manager, admin)
  expect(created.status).toBe('CANCELLED')
  const { session } = await rowsOf(store, created.sessionId)
  expect(session).toMatchObject({
    statusInfo: 'rejected-by-hook',
    statusData: { error: { src: 'hook', repr: 'No licence.', plugins: ['tested'] } },
  })
})

test('waiting sessions are counted when they are written, not before', async () => {
  const { keypairResourcePolicies } = store.tables
  await store.tx((tx) => tx.update(keypairResourcePolicies).set({ maxPendingSessionCount: 1 }))
  const both = Promise.withResolvers<void>()
  let waiting = 0
  handlers = {
    PREDICATE: refuse('Not now.'),
    PRE_ENQUEUE_SESSION: async () => {
      waiting += 1
      if (waiting === 2) both.resolve()
      await both.promise
    },
  }
  const made = await Promise.all(
    ['one-session', 'two-session'].map((name) => caught(create(manager, admin, { name, enqueueOnly: true }))),
  )
  expect(made).toContainEqual(expect.objectContaining({ status: 'PENDING', created: true }))
  expect(made).toContainEqual(expect.objectContaining({ kind: 'quota-exceeded' }))
})

test('an owner or project that goes while a session is being made leaves none behind', async () => {
  const { users, groups, keypairs, sessions } = store.tables
  const changes = [
    () => store.tx((tx) => tx.update(users).set({ status: 'deleted' })),
    () => store.tx((tx) => tx.update(keypairs).set({ isActive: false })),
    () => store.tx((tx) => tx.delete(groups)),
  ]
  for (const change of changes) {
    handlers = { PRE_ENQUEUE_SESSION: change }
    expect(await caught(create(manager, admin))).toMatchObject({ kind: 'generic-forbidden' })
    await store.tx((tx) => tx.update(users).set({ status: 'active' }))
    await store.tx((tx) => tx.update(keypairs).set({ isActive: true }))
  }
  expect(await store.db.select().from(sessions)).toEqual([])
})

test('a refused end leaves the session running', async () => {
  handlers = { PRE_DESTROY_SESSION: refuse('Still needed.') }
  const { sessionId } = await create(manager, admin)
  const refused = await caught(destroySession(manager.services, admin, mine, { forced: true }))
  expect(refused).toMatchObject({ kind: 'rejected-by-hook', msg: 'Still needed.' })
  expect((await rowsOf(store, sessionId)).session.status).toBe('RUNNING')
})

test('heartbeats are told with what the agent has', async () => {
  const told: unknown[] = []
  handlers = { POST_AGENT_HEARTBEAT: (args) => void told.push(args) }
  await create(manager, admin)
  await manager.services.agents.heartbeats.note({
    agentId: 'a1',
    at: Date.now(),
    kernels: [],
    nodeStats: {},
    kernelStats: {},
  })
  expect(told.at(-1)).toMatchObject({
    agentId: 'a1',
    scalingGroup: 'default',
    availableSlots: { cpu: expect.any(String) },
  })
})
