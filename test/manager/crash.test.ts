import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import type { Store } from '../../src/db/store.ts'
import type { Requester } from '../../src/manager/context.ts'
import { occupiedSlotsByAgent } from '../../src/manager/services/occupancy.ts'
import { destroySession } from '../../src/manager/services/sessions/destroy.ts'
import { enqueueSession } from '../../src/manager/services/sessions/enqueue.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import {
  administrator,
  create,
  openTestStore,
  request,
  rowsOf,
  startManager,
  type TestManager,
  untilStatus,
} from './harness.ts'

let store: Store
let admin: Requester
let agent: ScriptedAgent
let managers: AsyncDisposableStack

beforeEach(async () => {
  store = await openTestStore()
  admin = await administrator(store)
  agent = new ScriptedAgent('a1')
  managers = new AsyncDisposableStack()
})
afterEach(async () => {
  agent.release()
  await managers.disposeAsync()
  await store[Symbol.asyncDispose]()
})

const start = async (options = {}): Promise<TestManager> =>
  managers.use(await startManager(store, [agent], options))
const mine = (name: string) => ({ name, ownerAccessKey: null })

/** Kills one manager and starts the next on the same store and agent. */
async function takeOver(manager: TestManager): Promise<TestManager> {
  await manager.kill()
  return await start()
}

describe('a manager that is killed', () => {
  test('right after the enqueue: the next one schedules', async () => {
    const first = await start()
    const { session } = await enqueueSession(first.services, admin, request())
    await takeOver(first)
    await untilStatus(store, session.id, 'RUNNING')
  })

  test('between SCHEDULED and the order: the next one orders', async () => {
    const first = await start()
    first.link.disconnect('a1')
    const { sessionId } = await create(first, admin, { enqueueOnly: true })
    await untilStatus(store, sessionId, 'SCHEDULED')
    await takeOver(first)
    await untilStatus(store, sessionId, 'RUNNING')
    expect(agent.calls).toEqual(['createKernels main1'])
  })

  test('while the order is under way: it is given again, and one kernel runs', async () => {
    const first = await start()
    agent.script.holdStart = true
    const { sessionId } = await create(first, admin, { enqueueOnly: true })
    await until(() => agent.kernels.size === 1)
    await takeOver(first)
    await until(() => agent.calls.length === 2)
    agent.release()
    await untilStatus(store, sessionId, 'RUNNING')
    expect(agent.kernels.size).toBe(1)
  })

  test('before it stored the start: the agent tells the next one', async () => {
    const first = await start()
    agent.script.holdStart = true
    const { sessionId } = await create(first, admin, { enqueueOnly: true })
    await until(() => agent.kernels.size === 1)
    await first.kill()
    agent.release()
    await start()
    await untilStatus(store, sessionId, 'RUNNING')
  })

  test('while a session runs: nothing happens to it', async () => {
    const first = await start()
    const { sessionId } = await create(first, admin)
    const second = await takeOver(first)
    await second.services.agents.compare('all')
    expect((await rowsOf(store, sessionId)).session.status).toBe('RUNNING')
    expect(agent.calls).toEqual(['createKernels main1'])
  })

  test('right after TERMINATING was written: the next one ends the kernel', async () => {
    const first = await start()
    const { sessionId } = await create(first, admin)
    first.link.disconnect('a1')
    await destroySession(first.services, admin, mine('test-session'), { forced: false })
    expect((await rowsOf(store, sessionId)).session.status).toBe('TERMINATING')
    await takeOver(first)
    await untilStatus(store, sessionId, 'TERMINATED')
    expect(agent.kernels.size).toBe(0)
  })

  test('while the kernel ends: the report finds the next one', async () => {
    const first = await start()
    const { sessionId } = await create(first, admin)
    agent.script.holdEnd = true
    void destroySession(first.services, admin, mine('test-session'), { forced: false }).catch(() => {})
    await untilStatus(store, sessionId, 'TERMINATING')
    await until(() => agent.calls.includes('destroyKernel user-requested'))
    await first.kill()
    agent.release()
    await start()
    await untilStatus(store, sessionId, 'TERMINATED')
  })

  test('with the result of a batch on its way: the session still ends with it', async () => {
    const first = await start()
    const { sessionId } = await create(first, admin, { type: 'batch', startupCommand: 'true' })
    const kernelId = (await rowsOf(store, sessionId)).kernels[0]?.id ?? ''
    await first.kill()
    agent.report({ type: 'batch_finished', kernelId, sessionId, exitCode: 0, reason: 'task-done' })
    await start()
    expect((await untilStatus(store, sessionId, 'TERMINATED')).session.result).toBe('success')
  })
})

describe('an agent that comes back', () => {
  test('without its kernels: their sessions end', async () => {
    const manager = await start()
    const { sessionId } = await create(manager, admin)
    manager.link.disconnect('a1')
    agent.wipe()
    await manager.link.connect('a1')
    const { session } = await untilStatus(store, sessionId, 'TERMINATED')
    expect(session.statusInfo).toBe('already-terminated')
    expect((await occupiedSlotsByAgent(store, ['a1'])).get('a1')).toEqual(new Map())
  })

  test('without kernels that it was still starting: it starts them again', async () => {
    const manager = await start()
    agent.script.holdStart = true
    const { sessionId } = await create(manager, admin, { enqueueOnly: true })
    await until(() => agent.kernels.size === 1)
    manager.link.disconnect('a1')
    agent.wipe()
    agent.script.holdStart = false
    await manager.link.connect('a1')
    await untilStatus(store, sessionId, 'RUNNING')
  })

  test('with a kernel that nobody knows: it is ended', async () => {
    const manager = await start()
    const { sessionId } = await create(manager, admin)
    const { sessions } = store.tables
    await store.tx((tx) => tx.delete(sessions).where(eq(sessions.id, sessionId)))
    manager.link.disconnect('a1')
    await manager.link.connect('a1')
    await until(() => agent.kernels.size === 0)
  })

  test('is LOST when it is silent, takes no sessions, and is revived when it speaks', async () => {
    const manager = await start({ heartbeatTimeoutMs: 30, flushMs: 10 })
    const status = async () => (await store.db.select().from(store.tables.agents))[0]?.status
    await until(async () => (await status()) === 'ALIVE')
    manager.link.disconnect('a1')
    await until(async () => (await status()) === 'LOST')
    const { sessionId } = await create(manager, admin, { enqueueOnly: true })
    const waiting = await until(async () => {
      const rows = await rowsOf(store, sessionId)
      return rows.session.statusInfo !== null && rows.session
    })
    expect(waiting.statusData).toMatchObject({ scheduler: { msg: '1 agent cannot be reached.' } })
    await manager.link.connect('a1')
    await untilStatus(store, sessionId, 'RUNNING')
    expect(await status()).toBe('ALIVE')
  })
})

describe('two managers at once', () => {
  test('each session is placed and ordered once or idempotently, and both see the result', async () => {
    const [one, two] = [await start(), await start()]
    const names = Array.from({ length: 6 }, (_, index) => `twin-${index}-session`)
    await Promise.all(
      names.map((name, index) => create(index % 2 ? one : two, admin, { name, enqueueOnly: true })),
    )
    await until(async () => {
      const rows = await store.db.select().from(store.tables.sessions)
      return rows.length === 6 && rows.every((row) => row.status === 'RUNNING')
    })
    expect(agent.kernels.size).toBe(6)
  })

  test('the same name at the same time makes one session', async () => {
    const manager = await start()
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(manager, admin)))
    expect(new Set(answers.map((answer) => answer.sessionId)).size).toBe(1)
    expect(answers.filter((answer) => answer.created)).toHaveLength(1)
  })

  test('the same client token gets the first answer', async () => {
    const manager = await start()
    const first = await create(manager, admin, { clientToken: 'once' })
    const again = await create(manager, admin, { clientToken: 'once', name: 'another-name' })
    expect(again).toEqual(first)
  })
})
