import { afterAll, beforeAll, expect, test } from 'bun:test'
import { callbackNews } from '../../src/manager/services/callback-news.ts'
import { destroySession } from '../../src/manager/services/sessions/destroy.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import { administrator, create, openTestStore, rowsOf, startManager } from './harness.ts'

interface Told {
  type: string
  event: string
  session_id: string
  when: string
}
/** What the other side got; it answers with what `answer` says. */
const got: { path: string; body: Told }[] = []
let answer = 200
let server: ReturnType<typeof Bun.serve>
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const body: Told = JSON.parse(await request.text())
      got.push({ path: new URL(request.url).pathname, body })
      return new Response(null, { status: answer })
    },
  })
})
afterAll(() => server.stop(true))

const eventsOf = (id: string) =>
  got.filter(({ body }) => body.session_id === id).map(({ body }) => body.event)
const callbackUrl = (path: string) => `http://127.0.0.1:${server.port}${path}`

test('a callback address is told of a session’s whole life, in order, and then forgotten', async () => {
  await using store = await openTestStore()
  const who = await administrator(store)
  await using manager = await startManager(store, [new ScriptedAgent('a1')], { reconcileMs: 50 })
  const { sessionId } = await create(manager, who, {
    name: 'with-callback',
    callbackUrl: callbackUrl('/hook?a=1'),
  })
  await until(() => eventsOf(sessionId).includes('started'), 5000)
  await destroySession(
    manager.services,
    who,
    { name: 'with-callback', ownerAccessKey: null },
    { forced: false },
  )
  await until(() => eventsOf(sessionId).includes('terminated'), 5000)
  expect(eventsOf(sessionId)).toEqual([
    'enqueued',
    'scheduled',
    'preparing',
    'started',
    'terminating',
    'terminated',
  ])
  const { session } = await rowsOf(store, sessionId)
  expect(got.find(({ body }) => body.event === 'started')).toEqual({
    path: '/hook',
    body: {
      type: 'session_lifecycle',
      event: 'started',
      session_id: sessionId,
      when: session.statusHistory.RUNNING ?? '',
    },
  })
  await until(async () => (await store.db.select().from(store.tables.sessionCallbacks)).length === 0, 5000)
})

test('what a killed manager did not tell, or the other side did not take, is told later', async () => {
  await using store = await openTestStore()
  const who = await administrator(store)
  const agent = new ScriptedAgent('a1')
  answer = 503
  const first = await startManager(store, [agent], { reconcileMs: 50 })
  const { sessionId } = await create(first, who, { name: 'with-callback', callbackUrl: callbackUrl('/late') })
  await until(() => eventsOf(sessionId).length > 0, 5000)
  await first.kill()
  const { sessionCallbacks } = store.tables
  // Its claim and its pauses are over.
  await store.tx((tx) => tx.update(sessionCallbacks).set({ nextAt: new Date(0) }))
  answer = 204
  got.length = 0
  await using second = await startManager(store, [agent], { reconcileMs: 50 })
  await until(() => eventsOf(sessionId).includes('started'), 5000)
  expect(eventsOf(sessionId)).toEqual(['enqueued', 'scheduled', 'preparing', 'started'])
  expect(second.ports.managerId).not.toBe(first.ports.managerId)
  await first[Symbol.asyncDispose]()
})

test('news: a result comes before the end that it brings, a restart is told again', () => {
  const facts = (statusHistory: Record<string, string>, result: 'undefined' | 'success' = 'undefined') => ({
    id: 's',
    status: 'TERMINATED' as const,
    statusHistory,
    result,
  })
  const keys = (...args: Parameters<typeof callbackNews>) => callbackNews(...args).map(({ key }) => key)
  const history = { PENDING: '1', RUNNING: '2', TERMINATING: '3', TERMINATED: '4' }
  expect(keys(facts(history, 'success'), {})).toEqual([
    'PENDING',
    'RUNNING',
    'success',
    'TERMINATING',
    'TERMINATED',
  ])
  expect(keys(facts(history, 'success'), { ...history, success: '3' })).toEqual([])
  expect(keys(facts({ ...history, RUNNING: '2.5' }), history)).toEqual(['RUNNING'])
  expect(callbackNews(facts({ RESTARTING: '1' }), {})).toEqual([{ key: 'RESTARTING', at: '1', body: null }])
})
