import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { startPreload, startUnload } from '../../../../src/manager/services/images/agent-images.ts'
import { targetAgents } from '../../../../src/manager/services/images/target-agents.ts'
import { ScriptedAgent } from '../../../harness/agent.ts'
import { until } from '../../../harness/until.ts'
import { administrator, openTestStore, startManager, type TestManager } from '../../harness.ts'

const IDS = ['i-cpu1', 'i-cpu2', 'i-gpu1']
const REGISTRY = 'reg.example'
const NAME = `${REGISTRY}/stable/lua:5`
const agents = IDS.map((id) => new ScriptedAgent(id))
const owned = new AsyncDisposableStack()
let manager: TestManager
let tasks: ReturnType<typeof createBackgroundTasks>

beforeAll(async () => {
  const store = owned.use(await openTestStore())
  await administrator(store)
  manager = owned.use(await startManager(store, agents))
  tasks = owned.use(createBackgroundTasks(manager.ports))
  const { tables } = store
  await until(async () => (await store.db.select().from(tables.agents)).length === IDS.length)
  await store.tx(async (tx) => {
    const [group] = await tx.select().from(tables.scalingGroups)
    if (!group) throw new Error('no resource group')
    await tx.insert(tables.scalingGroups).values({ ...group, name: 'gpus' })
    await tx.update(tables.agents).set({ architecture: 'x86_64' })
    for (const architecture of ['x86_64', 'aarch64']) {
      await tx.insert(tables.images).values({
        id: crypto.randomUUID(),
        name: NAME,
        image: 'stable/lua',
        tag: '5',
        registry: REGISTRY,
        architecture,
        configDigest: `sha256:${architecture}`,
        sizeBytes: 1,
        isLocal: false,
        type: 'compute',
        labels: {},
        resources: {},
        createdAt: new Date(),
      })
    }
  })
  await store.tx((tx) =>
    tx.update(tables.agents).set({ scalingGroup: 'gpus' }).where(eq(tables.agents.id, 'i-gpu1')),
  )
})
afterAll(() => owned.disposeAsync())

const chosen = async (...expressions: string[]) =>
  (await targetAgents(manager.ports.store, expressions)).map(({ id }) => id)

async function ended(taskId: string) {
  return await until(async () => {
    const state = await tasks.state(taskId)
    return state?.status === 'running' ? null : state
  })
}
const holders = () => agents.filter(({ stored }) => stored.has(NAME)).map(({ id }) => id)

test.each([
  [['*'], IDS],
  [['i-cpu2'], ['i-cpu2']],
  [['i-cpu*'], ['i-cpu1', 'i-cpu2']],
  [['*1'], ['i-cpu1', 'i-gpu1']],
  [['gpus'], ['i-gpu1']],
  [
    ['sgroup:default', 'i-cpu1'],
    ['i-cpu1', 'i-cpu2'],
  ],
  [['gpus, i-cpu1'], ['i-cpu1', 'i-gpu1']],
  [
    ['*', '!gpus'],
    ['i-cpu1', 'i-cpu2'],
  ],
  [['!i-cpu1'], ['i-cpu2', 'i-gpu1']],
])('target_agents %j', async (expressions, expected) => {
  expect(await chosen(...expressions)).toEqual(expected)
})

test.each([[[]], [['']], [['i-cpu9']], [['sgroup:i-cpu1']], [['i-x*']], [['i-cpu1', '!*']]])(
  'target_agents %j are nobody',
  async (expressions) => {
    const error = await chosen(...expressions).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ kind: expect.stringMatching(/^(object-not-found|invalid-api-params)$/) })
  },
)

test('an agent that is lost is no target', async () => {
  const { store } = manager.ports
  const { agents: table } = store.tables
  const become = (status: 'LOST' | 'ALIVE') =>
    store.tx((tx) => tx.update(table).set({ status }).where(eq(table.id, 'i-cpu1')))
  await become('LOST')
  expect(await chosen('*')).toEqual(['i-cpu2', 'i-gpu1'])
  await become('ALIVE')
})

test('preload and unload on the agents that are named, told step by step', async () => {
  const { ports } = manager
  const pulled = await ended(
    await startPreload(ports, tasks, { references: [NAME], targets: ['gpus', 'i-cpu1'] }),
  )
  expect(pulled).toEqual({ owner: null, status: 'done', current: 2, total: 2, message: '2 pulled' })
  expect(holders()).toEqual(['i-cpu1', 'i-gpu1'])
  const again = await ended(await startPreload(ports, tasks, { references: [NAME], targets: ['*'] }))
  expect(again.message).toBe('2 there already, 1 pulled')
  const removed = await ended(
    await startUnload(ports, tasks, { references: [NAME, 'stable/lua:5'], targets: ['*'] }),
  )
  expect(removed).toEqual({ owner: null, status: 'done', current: 3, total: 3, message: '3 removed' })
  expect(holders()).toEqual([])
})

test('failures are named; only where all fail the task fails', async () => {
  const { ports } = manager
  const refuse = async () => {
    throw new Error('no space left')
  }
  const [first, ...others] = agents
  if (!first) throw new Error('no agents')
  const usual = first.methods.pullImage
  first.methods.pullImage = refuse
  const some = await ended(await startPreload(ports, tasks, { references: [NAME], targets: ['*'] }))
  expect(some).toMatchObject({ status: 'done', current: 3 })
  expect(some.message).toBe(`2 pulled, 1 failed: i-cpu1: ${NAME}: no space left`)
  expect(others.every(({ stored }) => stored.has(NAME))).toBe(true)
  const all = await ended(await startPreload(ports, tasks, { references: [NAME], targets: ['i-cpu1'] }))
  expect(all.status).toBe('failed')
  first.methods.pullImage = usual
})

test('an unknown image begins nothing', async () => {
  const error = await startPreload(manager.ports, tasks, { references: ['no/such:1'], targets: ['*'] }).catch(
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ kind: 'object-not-found' })
})
