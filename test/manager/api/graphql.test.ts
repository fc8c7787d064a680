import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { backgroundTaskDone } from '../../../src/events/catalog/background-task.ts'
import { graphqlRoutes } from '../../../src/manager/api/graphql/routes.ts'
import type { ManagerPorts } from '../../../src/manager/context.ts'
import { createBackgroundTasks } from '../../../src/manager/services/background-tasks.ts'
import { writeLiveStats } from '../../../src/manager/services/live-stats.ts'
import { ADMIN, type Keys, startTestManager, USER } from './test-manager.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
const OWN = randomUUID()
const FOREIGN = randomUUID()
const KERNEL = randomUUID()
const IMAGE = randomUUID()

beforeAll(async () => {
  manager = await startTestManager({
    routes: (ports) =>
      graphqlRoutes({
        ports,
        tasks: createBackgroundTasks(ports),
        hideAgents: false,
        introspection: null,
      }),
  })
  await seed(manager.ports)
})
afterAll(() => manager[Symbol.asyncDispose]())

async function seed({ store, cache }: ManagerPorts) {
  const { tables, db } = store
  const [project] = await db.select().from(tables.groups)
  const users = await db.select().from(tables.users)
  const adminUuid = users.find(({ email }) => email === ADMIN.email)?.uuid ?? ''
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
  const session = (id: string, name: string, userUuid: string, accessKey: string, minute: number) => ({
    id,
    name,
    domainName: 'default',
    groupId: project?.id ?? '',
    userUuid,
    accessKey,
    images: ['local/python:3.11'],
    agentIds: ['i-1'],
    occupyingSlots: { cpu: '1', mem: '1073741824' },
    requestedSlots: { cpu: '1', mem: '1073741824' },
    vfolderMounts: [],
    environ: {},
    resourceOpts: {},
    createdAt: at(minute),
    status: 'RUNNING' as const,
    statusHistory: { PENDING: at(minute).toISOString(), RUNNING: at(minute + 1).toISOString() },
    liveName: name,
  })
  await store.tx(async (tx) => {
    await tx
      .insert(tables.sessions)
      .values([
        session(OWN, 'mine', USER.uuid, USER.accessKey, 1),
        session(FOREIGN, 'theirs', adminUuid, ADMIN.accessKey, 5),
      ])
    await tx.insert(tables.agents).values({
      id: 'i-1',
      region: 'local',
      availableSlots: { cpu: '4', mem: '8589934592' },
      addr: 'direct',
      firstContact: at(0),
      version: '0.1.0',
      architecture: 'x86_64',
      computePlugins: {},
      images: ['local/python:3.11@x86_64'],
    })
    await tx.insert(tables.kernels).values({
      id: KERNEL,
      sessionId: OWN,
      clusterHostname: 'main1',
      agent: 'i-1',
      image: 'local/python:3.11',
      registry: 'local',
      occupiedSlots: { cpu: '1', mem: '1073741824' },
      requestedSlots: {},
      attachedDevices: {},
      resourceOpts: {},
      servicePorts: [],
      preopenPorts: [8888],
      createdAt: at(1),
      status: 'RUNNING',
      statusChanged: at(2),
      statusHistory: {},
      internalData: {},
      containerLog: Buffer.from('a long log'),
    })
    await tx.insert(tables.images).values({
      id: IMAGE,
      name: 'local/python:3.11',
      image: 'python',
      tag: '3.11',
      registry: 'local',
      createdAt: at(0),
      configDigest: 'sha256:1',
      sizeBytes: 5_000_000_000,
      isLocal: true,
      labels: { 'ai.backend.role': 'COMPUTE' },
      resources: { cpu: { min: '1', max: null } },
    })
  })
  await writeLiveStats(
    cache,
    'i-1',
    { node: { cpu_util: { pct: '12.50' }, mem: { current: '4096' } }, devices: {} },
    { [KERNEL]: { cpu_used: { current: '7' } } },
  )
}

interface GraphAnswer {
  data: Record<string, never> | null
  errors?: { message: string; extensions?: { code?: string } }[]
}
async function ask(query: string, variables: object = {}, as: Keys = ADMIN): Promise<GraphAnswer> {
  const { status, text, headers } = await manager.call('POST', '/admin/gql', {
    as,
    body: { query, variables },
  })
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
  return JSON.parse(text)
}

const PS = `query($limit:Int!, $offset:Int!, $status:String, $access_key:String, $filter:String, $order:String) {
  compute_session_list(limit:$limit, offset:$offset, status:$status, access_key:$access_key, filter:$filter, order:$order) {
    items { name id group_name main_kernel_id image type status status_info status_changed result abusing_reports occupying_slots created_at }
    total_count
  } }`
const page = { limit: 20, offset: 0, status: null, access_key: null, filter: null, order: null }
const names = (answer: GraphAnswer) => {
  const list = answer.data?.compute_session_list as unknown as { items: { name: string }[] } | null
  return list?.items.map(({ name }) => name)
}

test('ps: administrators see all, newest first, in selection order', async () => {
  const answer = await ask(PS, { ...page, undeclared: 1 })
  expect(names(answer)).toEqual(['theirs', 'mine'])
  const list = answer.data?.compute_session_list as unknown as { items: object[]; total_count: number }
  expect(list.total_count).toBe(2)
  expect(Object.entries(list.items[1] ?? {})).toEqual([
    ['name', 'mine'],
    ['id', OWN],
    ['group_name', 'default'],
    ['main_kernel_id', KERNEL],
    ['image', 'local/python:3.11'],
    ['type', 'INTERACTIVE'],
    ['status', 'RUNNING'],
    ['status_info', null],
    ['status_changed', '2026-01-01T00:02:00.000+00:00'],
    ['result', 'UNDEFINED'],
    ['abusing_reports', [null]],
    ['occupying_slots', '{"cpu":"1","mem":"1073741824"}'],
    ['created_at', '2026-01-01T00:01:00.000+00:00'],
  ])
})

test('ps: users see their own, and nobody else’s', async () => {
  expect(names(await ask(PS, page, USER))).toEqual(['mine'])
  const other = await ask(PS, { ...page, access_key: ADMIN.accessKey }, USER)
  expect(other.errors?.[0]?.extensions?.code).toBe('generic-forbidden')
  const { data } = await ask('query($id: UUID!) { compute_session(id: $id) { id } }', { id: FOREIGN }, USER)
  expect(data).toEqual({ compute_session: null } as never)
})

test.each([
  ['name == "mine"', ['mine']],
  ['name like "m%"', ['mine']],
  ['name like "M%"', []],
  ['name ilike "M%"', ['mine']],
  ['name contains "i"', ['theirs', 'mine']],
  ['status in ["running", "ERROR"] & !(name == "mine")', ['theirs']],
  ['user_email == "user@default" | full_name is null', ['mine']],
  ['agent_ids contains "i-1"', ['theirs', 'mine']],
  ['agent_ids contains "i-2"', []],
  ['created_at > "2026-01-01T00:03:00Z"', ['theirs']],
  [`id == "${OWN}"`, ['mine']],
  ['id == "no uuid"', []],
  ['terminated_at is null', ['theirs', 'mine']],
] as [string, string[]][])('filter %s', async (filter, expected) => {
  expect(names(await ask(PS, { ...page, filter }))).toEqual(expected)
})

test('order, pages, and what cannot be asked', async () => {
  expect(names(await ask(PS, { ...page, order: '+name' }))).toEqual(['mine', 'theirs'])
  expect(names(await ask(PS, { ...page, limit: 1, offset: 1 }))).toEqual(['mine'])
  for (const wrong of [
    { filter: 'secret == "x"' },
    { filter: 'name =' },
    { order: 'secret' },
    { status: 'X' },
  ]) {
    const { errors } = await ask(PS, { ...page, ...wrong })
    expect(errors?.[0]?.extensions?.code).toBe('invalid-api-params')
  }
})

test('info: containers with live statistics, duplicate selections', async () => {
  const { data } = await ask(
    `query($id: UUID!) { compute_session(id: $id) { name status_data idle_checks resource_opts
      containers { id cluster_hostname live_stat preopen_ports id } dependencies { name id } } }`,
    { id: OWN },
    USER,
  )
  expect(data).toEqual({
    compute_session: {
      name: 'mine',
      status_data: null,
      idle_checks: '{}',
      resource_opts: '{}',
      containers: [
        {
          id: KERNEL,
          cluster_hostname: 'main1',
          live_stat: '{"cpu_used":{"current":"7"}}',
          preopen_ports: [8888],
        },
      ],
      dependencies: [],
    },
  } as never)
})

test('agents: for superadmins, with occupancy and statistics', async () => {
  const query = `query($limit:Int!,$offset:Int!,$status:String) { agent_list(limit:$limit,offset:$offset,status:$status)
    { items { id status cpu_cur_pct mem_cur_bytes available_slots occupied_slots container_count used_mem_slots hardware_metadata } total_count } }`
  const { data } = await ask(query, { limit: 10, offset: 0, status: 'ALIVE' })
  expect(data).toEqual({
    agent_list: {
      items: [
        {
          id: 'i-1',
          status: 'ALIVE',
          cpu_cur_pct: 12.5,
          mem_cur_bytes: 4096,
          available_slots: '{"cpu":"4","mem":"8589934592"}',
          occupied_slots: '{"cpu":"1","mem":"1073741824"}',
          container_count: 1,
          used_mem_slots: 1024,
          hardware_metadata: null,
        },
      ],
      total_count: 1,
    },
  } as never)
  const refused = await ask(query, { limit: 10, offset: 0 }, USER)
  expect(refused.errors?.[0]?.extensions?.code).toBe('generic-forbidden')
  const summary = await ask('{ agent_summary(agent_id: "i-1") { id occupied_slots } }', {}, USER)
  expect(summary.data).toEqual({
    agent_summary: { id: 'i-1', occupied_slots: '{"cpu":"1","mem":"1073741824"}' },
  } as never)
})

test('login: keypair, user and groups of the requester without arguments', async () => {
  const query = `{ keypair { access_key user_id resource_policy user user_info { full_name } concurrency_used is_admin }
    user { username email full_name is_active role domain_name groups { id name } need_password_change uuid }
    groups(is_active: true) { id name description is_active } }`
  const { data, errors } = await ask(query, {}, USER)
  expect(errors).toBeUndefined()
  expect(data).toMatchObject({
    keypair: { access_key: USER.accessKey, user_id: USER.email, concurrency_used: 1, is_admin: false },
    user: { email: USER.email, is_active: true, role: 'user', groups: [{ name: 'default' }] },
    groups: [{ name: 'default', is_active: true }],
  } as never)
  const other = await ask(
    'query($k: String) { keypair(access_key: $k) { secret_key } }',
    { k: ADMIN.accessKey },
    USER,
  )
  expect(other.errors?.[0]?.extensions?.code).toBe('generic-forbidden')
  expect(other.data).toEqual({ keypair: null } as never)
})

test('images: aliases come and go', async () => {
  const alias = 'mutation($a: String!, $t: String!) { alias_image(alias: $a, target: $t) { ok msg } }'
  const images =
    '{ images(is_operation: false) { name tag digest size_bytes aliases installed installed_agents supported_accelerators } }'
  const given = { a: 'py', t: 'local/python:3.11', architecture: 'x86_64' }
  expect((await ask(alias, given)).data).toEqual({ alias_image: { ok: true, msg: '' } } as never)
  expect((await ask(alias, given)).data).toMatchObject({ alias_image: { ok: false } } as never)
  expect((await ask(images, {}, USER)).data).toEqual({
    images: [
      {
        name: 'python',
        tag: '3.11',
        digest: 'sha256:1',
        size_bytes: 5_000_000_000,
        aliases: ['py'],
        installed: true,
        installed_agents: ['i-1'],
        supported_accelerators: [],
      },
    ],
  } as never)
  const dealias = 'mutation($a: String!) { dealias_image(alias: $a) { ok } }'
  expect((await ask(dealias, { a: 'py' }, USER)).errors?.[0]?.extensions?.code).toBe('generic-forbidden')
  expect((await ask(dealias, { a: 'py' })).data).toEqual({ dealias_image: { ok: true } } as never)
  expect((await ask(dealias, { a: 'py' })).data).toEqual({ dealias_image: { ok: false } } as never)
})

test('rescan starts a background task that ends', async () => {
  const ended = Promise.withResolvers<string>()
  await manager.ports.bus.subscribe([backgroundTaskDone], ({ payload }) => ended.resolve(payload.taskId))
  const { data } = await ask('mutation { rescan_images { ok task_id } }')
  expect(data).toEqual({ rescan_images: { ok: true, task_id: await ended.promise } } as never)
})

test('bounds: depth, width, fragments, tokens, introspection', async () => {
  const deep = `{ compute_session(id: "${OWN}") { ${'dependencies { '.repeat(20)} id ${'} '.repeat(20)} } }`
  expect((await ask(deep)).errors?.[0]?.message).toContain('deeper than')
  const wide = `{ ${Array.from({ length: 1100 }, (_, n) => `a${n}: user { id }`).join(' ')} }`
  expect((await ask(wide)).errors?.[0]?.message).toContain('more than 2000 fields')
  const bomb = `{ user { ...a } } fragment a on User { ...b ...b ...b ...b ...b ...b ...b ...b ...b ...b }
    ${'bcdef'
      .split('')
      .map((f, i) => `fragment ${f} on User { ${`...${'cdefg'[i]} `.repeat(10)} }`)
      .join(' ')}
    fragment g on User { id }`
  expect((await ask(bomb)).errors?.length).toBeGreaterThan(0)
  expect((await ask(`{ ${'user { id } '.repeat(4000)} }`)).errors?.[0]?.message).toContain('token')
  expect((await ask('{ __schema { types { name } } }')).errors?.[0]?.message).toContain('Introspection')
  expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Queries' } as never)
  await manager.ports.config.set('config/api/allow-graphql-schema-introspection', 'yes')
  expect((await ask('{ __type(name: "Agent") { name } }')).data).toEqual({
    __type: { name: 'Agent' },
  } as never)
})

test('errors: unknown fields, malformed bodies, the legacy route', async () => {
  expect((await ask('{ nothing }')).errors?.[0]?.message).toContain('nothing')
  const malformed = await manager.call('POST', '/admin/gql', { rawBody: '{"query"' })
  expect([malformed.status, malformed.json.msg]).toEqual([400, 'Malformed body'])
  const noQuery = await manager.call('POST', '/admin/gql', { body: { variables: {} } })
  expect([noQuery.status, noQuery.json.error_code]).toEqual([400, 'invalid-api-params'])
  const legacy = await manager.call('POST', '/admin/graphql', { body: { query: '{ user { email } }' } })
  expect(legacy.json).toEqual({ user: { email: ADMIN.email } })
  const wrong = await manager.call('POST', '/admin/graphql', { body: { query: '{ nothing }' } })
  expect([wrong.status, wrong.json.error_code]).toEqual([400, 'graphql-error'])
  expect((wrong.json.data as { message: string }[])[0]?.message).toContain('nothing')
})
