import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { slotsToJson } from '../../src/core/slots.ts'
import { readOutboxSince } from '../../src/db/relay.ts'
import type { Store } from '../../src/db/store.ts'
import type { Requester } from '../../src/manager/context.ts'
import { occupiedSlotsByAgent } from '../../src/manager/services/occupancy.ts'
import { destroySession } from '../../src/manager/services/sessions/destroy.ts'
import { execute } from '../../src/manager/services/sessions/execute.ts'
import { sessionLogs } from '../../src/manager/services/sessions/logs.ts'
import { restartSession } from '../../src/manager/services/sessions/restart.ts'
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

let store: Store
let admin: Requester
let agent: ScriptedAgent
let manager: TestManager

beforeEach(async () => {
  store = await openTestStore()
  admin = await administrator(store)
  agent = new ScriptedAgent('a1')
  manager = await startManager(store, [agent])
})
afterEach(async () => {
  await manager[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const mine = (name: string) => ({ name, ownerAccessKey: null })
const eventNames = async () => (await readOutboxSince(store, 0)).map((event) => event.name)

describe('a session from beginning to end', () => {
  test('runs, executes, ends, and leaves its log', async () => {
    const created = await create(manager, admin)
    expect(created).toMatchObject({ status: 'RUNNING', created: true, sessionName: 'test-session' })
    expect(created.servicePorts).toEqual([
      { name: 'sshd', protocol: 'tcp', ports: [2200] },
      { name: 'jupyter', protocol: 'http', ports: [8080] },
    ])
    const { session, kernels } = await rowsOf(store, created.sessionId)
    expect(session).toMatchObject({ status: 'RUNNING', agentIds: ['a1'], liveName: 'test-session' })
    expect(session.occupyingSlots).toEqual({ cpu: '1', mem: String(320 * 1024 ** 2) })
    expect(Object.keys(session.statusHistory)).toEqual(['PENDING', 'SCHEDULED', 'PREPARING', 'RUNNING'])
    expect(kernels[0]).toMatchObject({ clusterHostname: 'main1', agent: 'a1', kernelHost: '127.0.0.1' })
    expect(slotsToJson((await occupiedSlotsByAgent(store, ['a1'])).get('a1') ?? new Map())).toEqual(
      session.occupyingSlots,
    )

    const { result } = await execute(manager.services, admin, mine('test-session'), {
      mode: 'query',
      code: 'print(1)',
      runId: null,
      options: null,
    })
    expect(result).toMatchObject({ status: 'finished', console: [['stdout', 'print(1)\n']] })
    expect(result.runId).toMatch(/^[0-9a-f]{16}$/)
    expect(await sessionLogs(manager.services, admin, mine('test-session'))).toBe('live log\n')

    const stats = await destroySession(manager.services, admin, mine('test-session'), { forced: false })
    expect(stats).toMatchObject({ status: 'terminated', cpu_used: { current: '12' } })
    const ended = await rowsOf(store, created.sessionId)
    expect(ended.session).toMatchObject({
      status: 'TERMINATED',
      liveName: null,
      statusInfo: 'user-requested',
    })
    expect(ended.kernels[0]?.statusData).toEqual({
      kernel: { exit_code: 0 },
      session: { status: 'terminated' },
    })
    expect(await sessionLogs(manager.services, admin, mine(created.sessionId))).toBe('bye\n')
    expect((await occupiedSlotsByAgent(store, ['a1'])).get('a1')).toEqual(new Map())
    await manager.services.counters.flush()
    expect((await rowsOf(store, created.sessionId)).session.numQueries).toBe(1)
    expect((await eventNames()).filter((name) => /^(session|kernel)_/.test(name))).toEqual([
      'session_enqueued',
      'session_scheduled',
      'session_preparing',
      'kernel_preparing',
      'kernel_creating',
      'session_creating',
      'kernel_started',
      'session_started',
      'session_terminating',
      'kernel_terminating',
      'kernel_terminated',
      'session_terminated',
    ])
  })

  test('a pull is shown, and an end by itself carries the exit code', async () => {
    agent.script.pulls = true
    const { sessionId } = await create(manager, admin)
    const { session, kernels } = await rowsOf(store, sessionId)
    expect(Object.keys(session.statusHistory)).toContain('PULLING')
    agent.exit(kernels[0]?.id ?? '', 3, 'last words')
    const ended = await untilStatus(store, sessionId, 'TERMINATED')
    expect(ended.session.statusInfo).toBe('self-terminated')
    expect(ended.kernels[0]?.statusData).toMatchObject({ kernel: { exit_code: 3 } })
  })

  test('a batch session ends with its result', async () => {
    const { sessionId } = await create(manager, admin, { type: 'batch', startupCommand: 'false' })
    const { kernels } = await rowsOf(store, sessionId)
    const kernelId = kernels[0]?.id ?? ''
    expect(agent.kernels.get(kernelId)?.config.startupCommand).toBe('false')
    agent.report({ type: 'batch_finished', kernelId, sessionId, exitCode: 1, reason: 'task-failed' })
    const { session } = await untilStatus(store, sessionId, 'TERMINATED')
    expect(session).toMatchObject({ result: 'failure', statusInfo: 'task-finished' })
    const [failure] = (await readOutboxSince(store, 0, ['session_failure'])).map((event) => event.payload)
    expect(failure).toMatchObject({ exitCode: 1, reason: 'task-failed', result: 'FAILURE' })
  })

  test('a cluster gets its kernels, names and facts', async () => {
    const { sessionId, status } = await create(manager, admin, { clusterSize: 3 })
    expect(status).toBe('RUNNING')
    const configs = [...agent.kernels.values()].map((kernel) => kernel.config)
    expect(configs.map((config) => config.clusterHostname)).toEqual(['main1', 'sub1', 'sub2'])
    expect(configs[1]?.environ).toMatchObject({
      BACKENDAI_CLUSTER_SIZE: '3',
      BACKENDAI_CLUSTER_REPLICAS: 'main:1,sub:2',
      BACKENDAI_CLUSTER_HOSTS: 'main1,sub1,sub2',
      BACKENDAI_CLUSTER_HOST: 'sub1',
      BACKENDAI_SESSION_ID: sessionId,
    })
    expect(configs[1]?.internalData).not.toHaveProperty('cluster_ssh_keypair')
    // The main kernel ends by itself: the others follow.
    agent.exit(configs[0]?.kernelId ?? '', 0)
    expect((await untilStatus(store, sessionId, 'TERMINATED')).statuses).toEqual([
      'TERMINATED',
      'TERMINATED',
      'TERMINATED',
    ])
    expect(agent.kernels.size).toBe(0)
  })

  test('a restart keeps the session', async () => {
    const { sessionId } = await create(manager, admin)
    await restartSession(manager.services, admin, mine('test-session'))
    const { session } = await rowsOf(store, sessionId)
    expect(session.status).toBe('RUNNING')
    expect(session.statusHistory).toHaveProperty('RESTARTING')
    expect(agent.calls).toContain('restartKernel')
  })
})

describe('starts that fail', () => {
  test('the session is cancelled with the error, its siblings are cleaned up, its name is free', async () => {
    agent.script.holdStart = true
    const asking = create(manager, admin, { clusterSize: 2 })
    await until(() => agent.kernels.size === 2)
    agent.script.failStart = { name: 'ContainerCreationFailed', message: 'no space' }
    agent.release()
    const answer = await asking
    expect(answer.status).toBe('CANCELLED')
    const { session } = await rowsOf(store, answer.sessionId)
    expect(session).toMatchObject({ statusInfo: 'failed-to-start', liveName: null })
    expect(session.statusData).toEqual({
      error: { src: 'agent', name: 'ContainerCreationFailed', repr: 'ContainerCreationFailed: no space' },
    })
    await until(async () =>
      (await rowsOf(store, answer.sessionId)).statuses.every((one) => one !== 'TERMINATING'),
    )
    expect(agent.kernels.size).toBe(0)
    expect((await occupiedSlotsByAgent(store, ['a1'])).get('a1')).toEqual(new Map())
    agent.script.failStart = null
    expect((await create(manager, admin)).status).toBe('RUNNING')
  })

  test('an agent that refuses is told to clean up', async () => {
    agent.script.refuse = { kind: 'InvalidKernelConfig', message: 'bad mounts' }
    const answer = await create(manager, admin)
    expect(answer.status).toBe('CANCELLED')
    const { session } = await rowsOf(store, answer.sessionId)
    expect(session.statusData).toMatchObject({ error: { name: 'InvalidKernelConfig' } })
    await until(async () => (await rowsOf(store, answer.sessionId)).statuses[0] === 'TERMINATED')
  })

  test('an agent that cannot be reached is asked again', async () => {
    agent.script.unreachable = true
    const { sessionId } = await create(manager, admin, { enqueueOnly: true })
    await untilStatus(store, sessionId, 'PREPARING')
    agent.script.unreachable = false
    manager.services.signals.raise('prepare')
    await untilStatus(store, sessionId, 'RUNNING')
  })

  test('the wait ends in time, the session goes on', async () => {
    agent.script.holdStart = true
    const answer = await create(manager, admin, { maxWaitSeconds: 0.01 })
    expect(answer.status).toBe('TIMEOUT')
    agent.release()
    await untilStatus(store, answer.sessionId, 'RUNNING')
  })
})

describe('waiting in the queue', () => {
  test('says why, and goes on when there is room', async () => {
    const first = await create(manager, admin, { config: { ...emptyConfig, resources: { cpu: 8 } } })
    const second = await create(manager, admin, { name: 'second', enqueueOnly: true })
    const waiting = await until(async () => {
      const rows = await rowsOf(store, second.sessionId)
      return rows.session.statusInfo !== null && rows
    })
    expect(waiting.session).toMatchObject({
      status: 'PENDING',
      statusInfo: 'no-available-instances',
      statusData: {
        scheduler: { retries: 1, msg: '1 agent has too little free: cpu (1 asked, at most 0 free).' },
      },
    })
    await destroySession(manager.services, admin, mine(first.sessionId), { forced: false })
    await untilStatus(store, second.sessionId, 'RUNNING')
  })

  test('a pending session is cancelled at once', async () => {
    const answer = await create(manager, admin, {
      enqueueOnly: true,
      config: { ...emptyConfig, resources: { cpu: 100 } },
    })
    const stats = await destroySession(manager.services, admin, mine('test-session'), { forced: false })
    expect(stats.status).toBe('cancelled')
    expect((await rowsOf(store, answer.sessionId)).statuses).toEqual(['CANCELLED'])
  })
})

describe('force', () => {
  test('a session that is being prepared ends only by force; its kernel is cleaned up after', async () => {
    agent.script.holdStart = true
    const { sessionId } = await create(manager, admin, { enqueueOnly: true })
    await untilStatus(store, sessionId, 'PREPARING')
    const ref = mine('test-session')
    expect(destroySession(manager.services, admin, ref, { forced: false })).rejects.toThrow('only by force')
    await destroySession(manager.services, admin, ref, { forced: true })
    expect((await rowsOf(store, sessionId)).session.status).toBe('TERMINATED')
    await until(async () => (await rowsOf(store, sessionId)).statuses[0] === 'TERMINATED')
    expect(agent.kernels.size).toBe(0)
  })

  test('kernels of a lost agent do not hold a forced end up; what is left ends when the agent is back', async () => {
    const { sessionId } = await create(manager, admin)
    manager.link.disconnect('a1')
    const { agents } = store.tables
    await store.tx((tx) => tx.update(agents).set({ status: 'LOST' }))
    await destroySession(manager.services, admin, mine('test-session'), { forced: true })
    expect((await rowsOf(store, sessionId)).statuses).toEqual(['TERMINATED'])
    expect(agent.kernels.size).toBe(1)
    await manager.link.connect('a1')
    await until(() => agent.kernels.size === 0)
  })
})

const emptyConfig = {
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
