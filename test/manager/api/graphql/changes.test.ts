import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq, inArray } from 'drizzle-orm'
import { globalId } from '../../../../src/manager/api/graphql/global-id.ts'
import { storeHello } from '../../../../src/manager/services/agents/hello.ts'
import { noteCommit, writeAbuse } from '../../../../src/manager/services/live-stats.ts'
import { IDS, type Name, startWorld } from './world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The one answer of a document, or the kind of its failure. */
async function answer(query: string, as: Name = 'root'): Promise<unknown> {
  const { data, errors } = await world.ask(query, as)
  return errors ? errors[0]?.extensions?.code : Object.values(data ?? {})[0]
}

const DONE = { ok: true, msg: expect.any(String) }

test('modify_agent: closed, moved for good, and only by superadmins', async () => {
  const { store } = world.ports
  const { agents, scalingGroups } = store.tables
  const [group] = await store.db.select().from(scalingGroups)
  await store.tx(async (tx) => {
    await tx
      .insert(scalingGroups)
      .values({ ...group, name: 'fast', driverOpts: {}, schedulerOpts: {}, createdAt: new Date() })
  })
  const modify = (props: string) => `mutation { modify_agent(id: "i-1", props: ${props}) { ok msg } }`
  expect(await answer(modify('{ schedulable: false }'), 'chief')).toBe('generic-forbidden')
  expect(await answer(modify('{ scaling_group: "nowhere" }'))).toMatchObject({ ok: false })
  expect(await answer(modify('{ schedulable: false, scaling_group: "fast" }'))).toEqual(DONE)
  const row = async () => (await store.db.select().from(agents).where(eq(agents.id, 'i-1')))[0]
  expect(await row()).toMatchObject({ schedulable: false, scalingGroup: 'fast' })
  // When it connects again it still says "default".
  const hello = {
    agentId: 'i-1',
    protocol: 1,
    version: '0.1.0',
    region: 'local',
    scalingGroup: 'default',
    addr: 'direct',
    publicHost: null,
    architecture: 'x86_64',
    backend: 'docker',
    availableSlots: { cpu: '4' },
    slotTypes: {},
    computePlugins: {},
    images: [],
    kernels: [],
  }
  await storeHello(world.ports, hello as unknown as Parameters<typeof storeHello>[1], () =>
    crypto.randomUUID(),
  )
  expect(await row()).toMatchObject({ scalingGroup: 'fast', availableSlots: { cpu: '4' } })
  expect(await answer(modify('{ schedulable: true, scaling_group: "default" }'))).toEqual(DONE)
})

test('modify_image: limits, labels and accelerators; nonsense is refused', async () => {
  const modify = (props: string) =>
    `mutation { modify_image(target: "local/python:3.11", props: ${props}) { ok msg } }`
  expect(await answer(modify('{ is_local: true }'), 'chief')).toBe('generic-forbidden')
  const props = `{ labels: [{ key: "a", value: "b" }], supported_accelerators: ["cuda"],
    resource_limits: [{ key: "cpu", min: "2", max: "4" }, { key: "mem", min: "1g", max: "Infinity" }] }`
  expect(await answer(modify(props))).toEqual(DONE)
  const shown =
    '{ image(reference: "local/python:3.11") { labels { key value } supported_accelerators resource_limits { key min max } } }'
  expect(await answer(shown)).toEqual({
    labels: [{ key: 'a', value: 'b' }],
    supported_accelerators: ['cuda'],
    resource_limits: [
      { key: 'cpu', min: '2', max: '4' },
      { key: 'mem', min: '1073741824', max: 'Infinity' },
    ],
  })
  expect(await answer(modify('{ resource_limits: [{ key: "cpu", min: "4", max: "2" }] }'))).toMatchObject({
    ok: false,
  })
  expect(await answer(modify('{ resource_limits: [{ key: "warp", min: "1" }] }'))).toMatchObject({
    ok: false,
  })
  expect(await answer(modify('{ type: "toaster" }'))).toMatchObject({ ok: false })
})

test('forget_image: one’s own, never one that a service runs', async () => {
  const byId = (id: string) => `mutation { forget_image_by_id(image_id: "${id}") { ok msg image { name } } }`
  expect(await answer(byId(IDS.custom), 'bob')).toBe('object-not-found')
  expect(await answer(byId(IDS.image), 'alice')).toBe('generic-forbidden')
  expect(await answer(byId(IDS.image))).toMatchObject({ ok: false })
  expect(await answer(byId(globalId('ImageNode', IDS.custom)), 'alice')).toMatchObject({
    ok: true,
    image: { name: 'mine' },
  })
  expect(await answer('mutation { forget_image(reference: "local/mine:1") { ok } }')).toBe('object-not-found')
  expect(await answer('mutation { clear_images(registry: "local") { ok } }', 'chief')).toBe(
    'generic-forbidden',
  )
  expect(await answer('mutation { clear_images(registry: "local") { ok } }')).toEqual({ ok: true })
  expect(await answer('{ image(reference: "local/python:3.11") { name } }')).toEqual({ name: 'python' })
})

test('modify_endpoint: what new sessions of a service take', async () => {
  const modify = (props: string) =>
    `mutation { modify_endpoint(endpoint_id: "${IDS.endpoint}", props: ${props}) { ok msg endpoint {
      name desired_session_count cluster_mode resource_slots environ open_to_public runtime_variant { name } extra_mounts { name } } } }`
  expect(await answer(modify('{ name: "mine" }'), 'bob')).toMatchObject({ ok: false })
  const props = `{ name: "better", desired_session_count: 0, cluster_mode: "MULTI_NODE", open_to_public: true,
    resource_slots: "{\\"cpu\\": 2, \\"mem\\": \\"1g\\"}", environ: "{\\"A\\": 1}", runtime_variant: "vllm",
    extra_mounts: [{ vfolder_id: "${IDS.labFolder}" }] }`
  expect(await answer(modify(props), 'alice')).toMatchObject({
    ok: true,
    endpoint: {
      name: 'better',
      desired_session_count: 0,
      cluster_mode: 'multi-node',
      resource_slots: '{"cpu":"2","mem":"1073741824"}',
      environ: '{"A":"1"}',
      open_to_public: true,
      runtime_variant: { name: 'vllm' },
      extra_mounts: [{ name: 'labs-data' }],
    },
  })
  for (const wrong of [
    '{ name: "no name" }',
    '{ cluster_size: 0 }',
    '{ cluster_mode: "many" }',
    '{ resource_slots: "{\\"warp\\": 1}" }',
    '{ resource_slots: "[]" }',
    '{ runtime_variant: "abacus" }',
    '{ resource_group: "nowhere" }',
    '{ image: { name: "none/such:1" } }',
    `{ extra_mounts: [{ vfolder_id: "${IDS.carolFolder}" }] }`,
    `{ extra_mounts: [{ vfolder_id: "${IDS.labFolder}", permission: "all" }] }`,
  ]) {
    expect(await answer(modify(wrong), 'alice')).toMatchObject({ ok: false, endpoint: null })
  }
})

test('quota scopes are set by superadmins', async () => {
  const where = `storage_host_name: "local:volume1", quota_scope_id: "project:${IDS.labs}"`
  const set = `mutation { set_quota_scope(${where}, props: { hard_limit_bytes: 50 }) { quota_scope { quota_scope_id details { hard_limit_bytes usage_bytes } } } }`
  expect(await answer(set, 'chief')).toBe('generic-forbidden')
  expect(await answer(set)).toEqual({
    quota_scope: { quota_scope_id: `project:${IDS.labs}`, details: { hard_limit_bytes: 50, usage_bytes: 5 } },
  })
  expect(await answer(`mutation { unset_quota_scope(${where}) { quota_scope { id } } }`)).toEqual({
    quota_scope: { id: `local:volume1/project:${IDS.labs}` },
  })
  expect(
    await answer('{ quota_scope(storage_host_name: "local:volume1", quota_scope_id: "x") { id } }'),
  ).toBe('invalid-api-params')
})

test('reports of abuse and commits under way are shown', async () => {
  const { kernels, sessions } = world.ports.store.tables
  const [row] = await world.ports.store.db
    .select({ kernel: kernels.id, session: sessions.id })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(eq(sessions.name, 'alice'))
  const { kernel = '', session = '' } = row ?? {}
  const shown = `{ compute_session(id: "${session}") { commit_status abusing_reports containers { abusing_report } } }`
  expect(await answer(shown, 'alice')).toEqual({
    commit_status: 'ready',
    abusing_reports: [null],
    containers: [{ abusing_report: null }],
  })
  await writeAbuse(world.ports.cache, { [kernel]: 'detected' })
  await noteCommit(world.ports.cache, kernel)
  const report = JSON.stringify({ kernel, abuse_report: 'detected' })
  expect(await answer(shown, 'alice')).toEqual({
    commit_status: 'ongoing',
    abusing_reports: [report],
    containers: [{ abusing_report: report }],
  })
})

test('a frozen manager is asked but not changed, until it is thawed', async () => {
  const modify = 'mutation { modify_agent(id: "i-1", props: { schedulable: true }) { ok msg } }'
  const unknown = 'mutation { delete_domain(name: "nowhere") { ok msg } }'
  const be = (status: string) => world.call('PUT', '/manager/status', { body: { status } })
  expect((await be('frozen')).status).toBe(204)
  expect(await answer(modify)).toBe('server-frozen')
  expect(await answer(unknown)).toBe('server-frozen')
  expect(await answer('{ domain(name: "default") { name } }')).toEqual({ name: 'default' })
  expect((await be('running')).status).toBe(204)
  expect(await answer(modify)).toEqual(DONE)
})

test('occupancy follows the rows, so that recalculating changes nothing', async () => {
  const { store } = world.ports
  const { kernels } = store.tables
  const ask = '{ agent(agent_id: "i-1") { occupied_slots } }'
  const held = async () => JSON.parse(String(Object.values((await answer(ask)) as object)[0]))
  const before = await held()
  expect(Number(before.cpu)).toBeGreaterThan(0)
  const become = (status: 'RUNNING' | 'TERMINATED') =>
    store.tx((tx) => tx.update(kernels).set({ status }).where(inArray(kernels.id, running)))
  const rows = await store.db.select().from(kernels).where(eq(kernels.agent, 'i-1'))
  const running = rows.filter(({ status }) => status === 'RUNNING').map(({ id }) => id)
  await become('TERMINATED')
  const after = await held()
  expect(Number(after.cpu ?? 0)).toBeLessThan(Number(before.cpu))
  expect((await world.call('POST', '/resource/recalculate-usage')).json).toEqual({})
  expect(await held()).toEqual(after)
  await become('RUNNING')
  expect(await held()).toEqual(before)
})
