import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { accountChanged } from '../../../../src/events/catalog/cluster.ts'
import { graphqlRoutes } from '../../../../src/manager/api/graphql/routes.ts'
import { dropOldAuditLogs } from '../../../../src/manager/services/audit/drop-old-audit-logs.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { ADMIN, type Keys, startTestManager, USER } from '../test-manager.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  manager = await startTestManager({
    routes: (ports) =>
      graphqlRoutes({ ports, tasks: createBackgroundTasks(ports), hideAgents: false, introspection: true }),
  })
}, 30_000)
afterAll(() => manager[Symbol.asyncDispose]())

interface Entry {
  id: string
  operation: string
  request_id: string
  [more: string]: unknown
}
async function logs(filter: Record<string, string> = {}, as: Keys = ADMIN) {
  const query = new URLSearchParams(filter).toString()
  const got = await manager.call('GET', `/audit-logs${query ? `?${query}` : ''}`, { as })
  return { status: got.status, items: got.json.items as Entry[], next: got.json.next_cursor as string | null }
}
const gql = (query: string, as: Keys = ADMIN, id = 'gql') =>
  manager.call('POST', '/admin/gql', { as, body: { query }, headers: { 'x-request-id': id } })

test('a change says who, what, when, from where and what came of it', async () => {
  const before = Date.now()
  await manager.call('POST', '/config/set', {
    body: { key: 'config/x', value: 'secret value' },
    headers: { 'x-request-id': 'r-set', 'x-forwarded-for': '192.0.2.7' },
  })
  const { items } = await logs({ request_id: 'r-set' })
  expect(items).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      created_at: expect.any(String),
      email: ADMIN.email,
      user_uuid: expect.any(String),
      role: 'superadmin',
      domain_name: 'default',
      access_key: ADMIN.accessKey,
      client_address: '192.0.2.7',
      operation: 'POST /config/set',
      entity_type: 'config',
      entity_id: 'config/x',
      result: 'success',
      status: 200,
      description: null,
      duration_ms: expect.any(Number),
      request_id: 'r-set',
    },
  ])
  expect(Date.parse(String(items[0]?.created_at))).toBeGreaterThanOrEqual(before)
  expect(JSON.stringify(items)).not.toContain('secret value')
})

test('refusals with their sentence: a role, a parameter; reading and strangers leave no trace', async () => {
  const send = (method: string, path: string, id: string, as: Keys | null = USER, body: object = {}) =>
    manager.call(method, path, { as, body, headers: { 'x-request-id': id } })
  await send('POST', '/config/set', 'denied', USER, { key: 'a', value: 'b' })
  await send('POST', '/auth/update-full-name', 'wrong', USER, { email: USER.email })
  await send('POST', '/config/get', 'read', ADMIN, { key: 'config/x' })
  await send('GET', '/auth/role', 'get')
  await send('POST', '/config/set', 'stranger', null, { key: 'a', value: 'b' })
  expect((await logs({ request_id: 'denied' })).items).toMatchObject([
    { result: 'denied', status: 403, email: USER.email, description: 'Insufficient privilege.' },
  ])
  expect((await logs({ request_id: 'wrong' })).items).toMatchObject([
    { result: 'error', status: 400, operation: 'POST /auth/update-full-name', entity_type: 'user' },
  ])
  for (const id of ['read', 'get', 'stranger']) expect((await logs({ request_id: id })).items).toEqual([])
})

test('logins, good and bad, under the name that was given', async () => {
  const login = (password: string, id: string, username = ADMIN.email) =>
    manager.call('POST', '/auth/authorize', {
      as: null,
      body: { type: 'keypair', domain: 'default', username, password },
      headers: { 'x-request-id': id },
    })
  await login(ADMIN.password, 'login-good')
  await login('wrong-password', 'login-bad')
  await login('x', 'login-odd', 'nobody\u0000 \ud800')
  expect((await logs({ request_id: 'login-good' })).items).toMatchObject([
    { result: 'success', email: ADMIN.email, entity_id: ADMIN.email, access_key: null },
  ])
  const bad = (await logs({ request_id: 'login-bad' })).items
  expect(bad).toMatchObject([{ result: 'denied', status: 401, email: ADMIN.email, domain_name: 'default' }])
  expect(JSON.stringify(bad)).not.toContain('wrong-password')
  expect((await logs({ request_id: 'login-odd' })).items).toHaveLength(1)
}, 30_000)

test('every mutation of a document on its own, queries not', async () => {
  const create = 'create_domain(name: "d2", props: {description: ""}) { ok }'
  await gql(`mutation { ${create} again: ${create} }`, ADMIN, 'gql-two')
  await gql(`mutation { ${create.replace('d2', 'd3')} }`, USER, 'gql-denied')
  await gql('{ domain(name: "d2") { name } }', ADMIN, 'gql-query')
  const two = (await logs({ request_id: 'gql-two' })).items.toReversed()
  expect(two).toMatchObject([
    { operation: 'mutation create_domain', entity_type: 'domain', entity_id: 'd2', result: 'success' },
    {
      operation: 'mutation create_domain',
      entity_id: 'd2',
      result: 'error',
      description: expect.any(String),
    },
  ])
  expect((await logs({ request_id: 'gql-denied' })).items).toMatchObject([{ result: 'denied', status: 403 }])
  expect((await logs({ request_id: 'gql-query' })).items).toEqual([])
})

test('filters, times and pages', async () => {
  for (let n = 0; n < 7; n += 1) {
    await manager.call('POST', '/config/delete', { body: { key: `config/page/${n}` } })
  }
  const filter = { operation: 'POST /config/delete' }
  const keys: unknown[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await logs({ ...filter, limit: '3', ...(cursor ? { cursor } : {}) })
    expect(page.items.length).toBeLessThanOrEqual(3)
    keys.push(...page.items.map(({ entity_id }) => entity_id))
    cursor = page.next
  }
  expect(keys).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `config/page/${n}`))
  expect((await logs({ ...filter, entity_id: 'config/page/4' })).items).toHaveLength(1)
  expect((await logs({ ...filter, until: '2020-01-01' })).items).toEqual([])
  expect((await logs({ ...filter, since: '2020-01-01', email: ADMIN.email })).items).toHaveLength(7)
  expect((await logs({ ...filter, result: 'denied' })).items).toEqual([])
  for (const wrong of [{ result: 'odd' }, { since: 'soon' }, { limit: '0' }, { cursor: 'x' }]) {
    expect((await logs(wrong as Record<string, string>)).status).toBe(400)
  }
})

test('domain administrators read their domain, without what superadmins did; users nothing', async () => {
  expect((await logs({}, USER)).status).toBe(403)
  const { store } = manager.ports
  const { users, keypairs, auditLogs } = store.tables
  const heard = Promise.withResolvers<void>()
  await using _ = await manager.ports.bus.subscribe([accountChanged], () => heard.resolve())
  await store.tx(async (tx) => {
    await tx.update(users).set({ role: 'admin' }).where(eq(users.uuid, USER.uuid))
    await tx.update(keypairs).set({ isAdmin: true }).where(eq(keypairs.user, USER.uuid))
    const [row] = await tx.select().from(auditLogs).limit(1)
    if (!row) throw new Error('no row')
    await tx.emit([{ name: accountChanged.name, payload: { accessKeys: [], userUuids: [USER.uuid] } }])
    const foreign = { ...row, role: 'user', domainName: 'other', requestId: 'foreign' }
    await tx.insert(auditLogs).values({ ...foreign, id: crypto.randomUUID() })
  })
  await heard.promise
  await manager.call('POST', '/auth/update-full-name', {
    as: USER,
    body: { email: USER.email, full_name: 'A' },
  })
  const { items } = await logs({ limit: '1000' }, USER)
  expect(items.some(({ email }) => email === USER.email)).toBe(true)
  expect(items.filter(({ role }) => role === 'superadmin')).toEqual([])
  expect(items.filter(({ domain_name }) => domain_name !== 'default')).toEqual([])
  expect((await logs({ domain: 'other' }, USER)).items).toEqual([])
  expect((await logs({ request_id: 'foreign' })).items).toHaveLength(1)
})

test('old entries go, ninety days by default', async () => {
  const { store, config } = manager.ports
  const { auditLogs } = store.tables
  const days = 86_400_000
  const move = (ms: number) =>
    store.tx((tx) => tx.update(auditLogs).set({ createdAt: new Date(Date.now() - ms) }))
  const left = async () => (await store.db.select().from(auditLogs)).length
  await move(89 * days)
  await dropOldAuditLogs(manager.ports)
  const all = await left()
  expect(all).toBeGreaterThan(10)
  await config.set('config/audit/retention', '0')
  await move(91 * days)
  await dropOldAuditLogs(manager.ports)
  expect(await left()).toBe(all)
  await config.delete('config/audit/retention', { prefix: false })
  await dropOldAuditLogs(manager.ports)
  expect(await left()).toBe(0)
})

test('failures that nobody expected reach the error monitors', async () => {
  const captured: unknown[] = []
  const options = {
    plugins: {
      errorMonitors: [
        {
          name: 'seen',
          isOnByDefault: true,
          configure: () => ({
            captureException: (error: unknown, context: object) => void captured.push({ error, ...context }),
            captureMessage: () => {},
          }),
        },
      ],
    },
  }
  await using broken = await startTestManager(options)
  const { config } = broken.ports
  config.set = () => Promise.reject(new Error('the disk is full'))
  const got = await broken.call('POST', '/config/set', {
    body: { key: 'a', value: 'b' },
    headers: { 'x-request-id': 'r-500' },
  })
  expect(got.status).toBe(500)
  expect(captured).toMatchObject([
    {
      error: { message: 'the disk is full' },
      operation: 'POST /config/set',
      requestId: 'r-500',
      status: 500,
    },
  ])
})
