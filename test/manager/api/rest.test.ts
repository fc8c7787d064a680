import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { ADMIN, startTestManager, USER } from './test-manager.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
const HOUR_MS = 3_600_000
/** Of the manager only: the tests of expiring passwords move it. */
const clock = { offset: 0, now: () => Date.now() + clock.offset, sleep: (ms: number) => Bun.sleep(ms) }

beforeAll(async () => {
  manager = await startTestManager({ clock })
})
afterAll(() => manager[Symbol.asyncDispose]())

const post = (path: string, body: object, as: typeof ADMIN | typeof USER | null = ADMIN) =>
  manager.call('POST', path, { body, as })

test('the echo test in all its forms', async () => {
  for (const path of ['/auth', '/auth/test']) {
    expect((await manager.call('GET', path, { body: { echo: 'x' } })).json).toEqual({
      authorized: 'yes',
      echo: 'x',
    })
    expect((await post(path, { echo: 'y' })).json).toEqual({ authorized: 'yes', echo: 'y' })
  }
  expect((await manager.call('GET', '/auth')).json).toMatchObject({ data: { echo: expect.any(String) } })
})

test('a password gives the keypair; what is wrong gives nothing away', async () => {
  const login = {
    type: 'keypair',
    domain: 'default',
    username: ADMIN.email,
    password: ADMIN.password,
    otp: '',
  }
  const { status, json } = await post('/auth/authorize', login, null)
  expect([status, json]).toEqual([
    200,
    {
      data: {
        access_key: ADMIN.accessKey,
        secret_key: ADMIN.secretKey,
        role: 'superadmin',
        status: 'active',
      },
    },
  ])
  const wrong = [{ password: 'x' }, { username: 'nobody@default' }, { domain: 'other' }]
  const answers = await Promise.all(wrong.map((part) => post('/auth/authorize', { ...login, ...part }, null)))
  for (const answer of answers) {
    expect([answer.status, answer.json.msg]).toEqual([401, 'User credential mismatch.'])
  }
  expect((await post('/auth/authorize', { ...login, type: 'jwt' }, null)).status).toBe(400)
})

test('roles', async () => {
  const { groups } = manager.ports.store.tables
  const [project] = await manager.ports.store.db.select().from(groups)
  const as = async (who: typeof ADMIN | typeof USER) =>
    (await manager.call('GET', `/auth/role?group=${project?.id}`, { as: who })).json
  expect(await as(ADMIN)).toEqual({ global_role: 'superadmin', domain_role: 'admin', group_role: 'admin' })
  expect(await as(USER)).toEqual({ global_role: 'user', domain_role: 'user', group_role: 'user' })
  expect((await manager.call('GET', '/auth/role')).json.group_role).toBeNull()
  expect((await manager.call('GET', `/auth/role?group=${randomUUID()}`, { as: USER })).status).toBe(404)
})

test('signing up is closed', async () => {
  const { status, json } = await post(
    '/auth/signup',
    { domain: 'default', email: 'a@b', password: 'c' },
    null,
  )
  expect([status, json.error_code]).toEqual([400, 'rejected-by-hook'])
})

test('changing the password, with and without a signature', async () => {
  const change = (parts: object) =>
    post('/auth/update-password', {
      old_password: ADMIN.password,
      new_password: 'second-password',
      new_password2: 'second-password',
      ...parts,
    })
  expect((await change({ new_password2: 'other' })).status).toBe(400)
  expect((await change({ old_password: 'wrong' })).status).toBe(401)
  expect((await change({})).json).toEqual({})

  const renew = (parts: object = {}) =>
    post(
      '/auth/update-password-no-auth',
      {
        domain: 'default',
        username: ADMIN.email,
        current_password: 'second-password',
        new_password: ADMIN.password,
        ...parts,
      },
      null,
    )
  expect((await renew()).status).toBe(400)
  await manager.ports.config.set('config/auth/max_password_age', '10d')
  const login = { type: 'keypair', domain: 'default', username: ADMIN.email, password: 'second-password' }
  clock.offset = 11 * 24 * HOUR_MS
  const expired = await post('/auth/authorize', login, null)
  expect([expired.status, expired.json.error_code]).toEqual([401, 'password-expired'])
  expect((await renew({ new_password: 'second-password' })).status).toBe(400)
  const renewed = await renew()
  expect([renewed.status, Object.keys(renewed.json)]).toEqual([201, ['password_changed_at']])
  expect((await post('/auth/authorize', { ...login, password: ADMIN.password }, null)).status).toBe(200)
  clock.offset = 0
}, 30_000)

test('the full name, one’s own only', async () => {
  expect((await post('/auth/update-full-name', { email: USER.email, full_name: 'U' }, USER)).json).toEqual({})
  expect((await post('/auth/update-full-name', { email: ADMIN.email, full_name: 'U' }, USER)).status).toBe(
    403,
  )
})

test('SSH keys: made, brought, refused', async () => {
  expect((await manager.call('GET', '/auth/ssh-keypair', { as: USER })).json).toEqual({ ssh_public_key: '' })
  const made = (await manager.call('PATCH', '/auth/ssh-keypair', { as: USER })).json
  expect(made.ssh_public_key).toStartWith('ssh-rsa ')
  const brought = await post(
    '/auth/ssh-keypair',
    { pubkey: made.ssh_public_key, privkey: made.ssh_private_key },
    ADMIN,
  )
  expect(brought.status).toBe(200)
  const other = (await manager.call('PATCH', '/auth/ssh-keypair', { as: USER })).json
  const mixed = await post('/auth/ssh-keypair', {
    pubkey: other.ssh_public_key,
    privkey: made.ssh_private_key,
  })
  expect([mixed.status, mixed.json.msg]).toEqual([400, 'the two keys do not match'])
  expect((await post('/auth/ssh-keypair', { pubkey: 'x', privkey: 'y' })).status).toBe(400)
})

test('the announcement', async () => {
  const read = async () => (await manager.call('GET', '/manager/announcement', { as: null })).json
  expect(await read()).toEqual({ enabled: false, message: '' })
  expect((await post('/manager/announcement', { enabled: true })).status).toBe(400)
  expect((await post('/manager/announcement', { enabled: true, message: '# Hi' }, USER)).status).toBe(403)
  expect((await post('/manager/announcement', { enabled: true, message: '# Hi' })).status).toBe(204)
  expect(await read()).toEqual({ enabled: true, message: '# Hi' })
  expect((await post('/manager/announcement', { enabled: false })).status).toBe(204)
  expect(await read()).toEqual({ enabled: false, message: '' })
})

test('shared settings', async () => {
  expect((await post('/config/set', { key: 'config/a/b', value: '1' })).json).toEqual({ result: 'ok' })
  expect((await post('/config/set', { key: '/config/a', value: { c: { d: 2 } } })).json).toEqual({
    result: 'ok',
  })
  expect((await post('/config/get', { key: 'config/a/b', prefix: false })).json).toEqual({ result: '1' })
  expect((await post('/config/get', { key: 'config/a', prefix: true })).json).toEqual({
    result: { b: '1', c: { d: '2' } },
  })
  expect((await post('/config/delete', { key: 'config/a', prefix: true })).json).toEqual({ result: 'ok' })
  expect((await post('/config/get', { key: 'config/a/b' })).json).toEqual({ result: null })
  expect((await post('/config/get', { key: '/' })).status).toBe(400)
  for (const key of ['secrets/agent-link', '/secrets', 'secret%73/x']) {
    expect((await post('/config/get', { key, prefix: true })).status).toBe(403)
    expect((await post('/config/set', { key, value: 'x' })).status).toBe(403)
    expect((await post('/config/delete', { key })).status).toBe(403)
  }
  await post('/config/set', { key: 'config/resource_slots', value: { 'cuda.shares': 'count' } })
  const slots = { cpu: 'count', mem: 'bytes', 'cuda.shares': 'count' }
  expect((await manager.call('GET', '/config/resource-slots', { as: USER })).json).toEqual(slots)
  const details = (await manager.call('GET', '/config/resource-slots/details', { as: USER })).json
  expect(details.mem).toMatchObject({ slot_name: 'mem', number_format: { binary: true } })
  expect((await manager.call('GET', '/config/vfolder-types')).text).toBe('["user"]')
  await post('/config/set', { key: 'config/docker/registry/cr.backend.ai', value: 'https://cr.backend.ai' })
  expect((await manager.call('GET', '/config/docker-registries')).json).toEqual({
    'cr.backend.ai': 'https://cr.backend.ai',
  })
})

test('agents leave and join scheduling', async () => {
  const { store } = manager.ports
  const { agents } = store.tables
  await store.tx(async (tx) => {
    await tx.insert(agents).values({
      id: 'i-sched',
      region: 'local',
      availableSlots: { cpu: '4', mem: '8589934592' },
      addr: 'direct',
      firstContact: new Date(),
      version: '1',
      architecture: 'x86_64',
      computePlugins: {},
      images: [],
    })
  })
  const schedulable = async () =>
    (await store.db.select().from(agents).where(eq(agents.id, 'i-sched')))[0]?.schedulable
  const operate = (op: string, args: unknown) => post('/manager/scheduler/operation', { op, args })
  expect((await operate('exclude-agents', ['i-sched'])).status).toBe(204)
  expect(await schedulable()).toBe(false)
  expect((await operate('include-agents', ['i-sched'])).status).toBe(204)
  expect(await schedulable()).toBe(true)
  expect((await operate('include-agents', ['i-none'])).status).toBe(404)
  expect((await operate('explode', ['i-sched'])).status).toBe(400)
  expect((await operate('include-agents', [])).status).toBe(400)
})

test('resource groups of a project', async () => {
  const list = (group: string, as = USER) => manager.call('GET', `/scaling-groups?group=${group}`, { as })
  expect((await list('default')).json).toEqual({ scaling_groups: [{ name: 'default' }] })
  expect((await list('nothing')).status).toBe(404)
  const version = await manager.call('GET', '/scaling-groups/default/wsproxy-version?group=default', {
    as: USER,
  })
  expect(version.json).toEqual({ wsproxy_version: 'v1' })
  expect((await manager.call('GET', '/scaling-groups/none/wsproxy-version', { as: USER })).status).toBe(404)
})

test('presets fit or do not', async () => {
  const { store } = manager.ports
  const { resourcePresets, keypairResourcePolicies } = store.tables
  await store.tx(async (tx) => {
    await tx.delete(resourcePresets)
    await tx.insert(resourcePresets).values([
      { name: 'big', resourceSlots: { cpu: '5', mem: '1024' } },
      { name: 'odd', resourceSlots: { cpu: '1', mem: '1024', 'gone.device': '1' } },
      { name: 'small', resourceSlots: { cpu: '1', mem: '1024' }, sharedMemory: 65_536 },
    ])
    await tx
      .update(keypairResourcePolicies)
      .set({ totalResourceSlots: { cpu: '8' }, defaultForUnspecified: 'UNLIMITED' })
  })
  const { presets } = (await manager.call('GET', '/resource/presets', { as: USER })).json
  expect(presets).toContainEqual({
    name: 'small',
    shared_memory: '65536',
    resource_slots: { cpu: '1', mem: '1024', 'cuda.shares': '0' },
  })
  const { status, json } = await post('/resource/check-presets', {}, USER)
  expect([status, json]).toEqual([
    200,
    {
      keypair_limits: { cpu: '8', mem: 'Infinity', 'cuda.shares': 'Infinity' },
      keypair_using: { cpu: '0', mem: '0', 'cuda.shares': '0' },
      keypair_remaining: { cpu: '8', mem: 'Infinity', 'cuda.shares': 'Infinity' },
      group_limits: { cpu: 'NaN', mem: 'NaN', 'cuda.shares': 'NaN' },
      group_using: { cpu: 'NaN', mem: 'NaN', 'cuda.shares': 'NaN' },
      group_remaining: { cpu: 'NaN', mem: 'NaN', 'cuda.shares': 'NaN' },
      scaling_group_remaining: { cpu: '4', mem: '8589934592', 'cuda.shares': '0' },
      scaling_groups: {
        default: {
          using: { cpu: '0', mem: '0', 'cuda.shares': '0' },
          remaining: { cpu: '4', mem: '8589934592', 'cuda.shares': '0' },
        },
      },
      presets: [
        {
          name: 'big',
          resource_slots: { cpu: '5', mem: '1024', 'cuda.shares': '0' },
          shared_memory: null,
          allocatable: false,
        },
        {
          name: 'odd',
          resource_slots: { cpu: '1', mem: '1024', 'cuda.shares': '0' },
          shared_memory: null,
          allocatable: false,
        },
        {
          name: 'small',
          resource_slots: { cpu: '1', mem: '1024', 'cuda.shares': '0' },
          shared_memory: '65536',
          allocatable: true,
        },
      ],
    },
  ])
  expect((await post('/resource/check-presets', { group: 'nothing' }, USER)).status).toBe(404)
  expect((await post('/resource/check-presets', { scaling_group: 'none' }, USER)).status).toBe(400)
  expect((await post('/resource/recalculate-usage', {}, USER)).status).toBe(403)
  expect((await manager.call('POST', '/resource/recalculate-usage')).json).toEqual({})
})

test('error logs: written, seen by whom they concern, read, cleared', async () => {
  const log = {
    severity: 'error',
    source: 'webui',
    message: 'it broke',
    context_lang: 'ko',
    context_env: '{"page":"x"}',
    request_url: '/session',
    request_status: 500,
  }
  expect((await post('/logs/error', log, USER)).json).toEqual({ success: true })
  expect((await post('/logs/error', { ...log, severity: 'fun' }, USER)).status).toBe(400)
  expect((await post('/logs/error', { ...log, context_env: '{' }, USER)).status).toBe(400)
  expect((await post('/logs/error', { ...log, request_status: 99_999_999_999 }, USER)).status).toBe(400)
  await post('/logs/error', { ...log, message: 'admin’s' }, ADMIN)
  const list = async (as: typeof ADMIN | typeof USER) =>
    (await manager.call('GET', '/logs/error?mark_read=True&page_size=20&page_no=1', { as })).json as {
      logs: Record<string, unknown>[]
      count: number
    }
  expect((await list(ADMIN)).count).toBe(2)
  const own = await list(USER)
  expect(own.logs).toHaveLength(1)
  expect(own.logs[0]).toMatchObject({
    message: 'it broke',
    user: USER.uuid,
    request_status: 500,
    context_env: { page: 'x' },
    created_at: expect.any(Number),
  })
  expect((await list(USER)).logs[0]?.is_read).toBe(true)
  const foreign = (await list(ADMIN)).logs.find(({ message }) => message === 'admin’s')
  expect((await manager.call('POST', `/logs/error/${foreign?.log_id}/clear`, { as: USER })).status).toBe(404)
  expect((await manager.call('POST', `/logs/error/${own.logs[0]?.log_id}/clear`, { as: USER })).status).toBe(
    200,
  )
  expect((await list(USER)).count).toBe(0)
})

test('permissions and health', async () => {
  expect((await manager.call('GET', '/acl', { as: USER })).json.vfolder_host_permission_list).toHaveLength(8)
  expect((await manager.call('GET', '/health', { as: null })).json).toEqual({ status: 'ok' })
})

test('the last superadmin cannot leave', async () => {
  const refused = await post('/auth/signout', { email: ADMIN.email, password: ADMIN.password })
  expect([refused.status, refused.json.error_code]).toEqual([409, 'conflict'])
  expect((await manager.call('GET', '/auth/test?echo=a')).status).toBe(200)
})

test('leaving: the account is closed at once', async () => {
  const { users } = manager.ports.store.tables
  const password = await Bun.password.hash('user-password', { algorithm: 'bcrypt', cost: 4 })
  await manager.ports.store.tx(async (tx) => {
    await tx.update(users).set({ password }).where(eq(users.uuid, USER.uuid))
  })
  const leave = (parts: object) =>
    post('/auth/signout', { email: USER.email, password: 'user-password', ...parts }, USER)
  expect((await leave({ email: ADMIN.email })).status).toBe(403)
  expect((await leave({ password: 'x' })).status).toBe(401)
  expect((await leave({})).status).toBe(200)
  const [row] = await manager.ports.store.db.select().from(users).where(eq(users.uuid, USER.uuid))
  expect(row?.status).toBe('inactive')
})
