import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { populate } from '../../src/admin/fixture/populate.ts'
import { readFixture } from '../../src/admin/fixture/read-fixture.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import type { Store } from '../../src/db/store.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { verifyPassword } from '../../src/lib/password-hash.ts'

const data = resolve(import.meta.dir, '../compat/data/fixtures')
const read = (name: string) => JSON.parse(readFileSync(join(data, name), 'utf8'))
const EXAMPLES = [
  'example-users.json',
  'example-keypairs.json',
  'example-set-user-main-access-keys.json',
  'example-resource-presets.json',
  'example-session-templates.json',
]

let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger })
})
afterEach(() => store[Symbol.asyncDispose]())

const load = (json: unknown) => populate(store, readFixture(json), { now: () => 1_700_000_000_000 })
const rows = <Name extends keyof Store['tables']>(name: Name) =>
  store.db.select().from(store.tables[name] as never)

async function loadExamples() {
  const written: number[] = []
  for (const name of EXAMPLES) {
    const { tables } = await load(read(name))
    written.push(Object.values(tables).reduce((sum, table) => sum + table.written, 0))
  }
  return written
}

describe("the original's examples", () => {
  test('load as they are, and a second time change nothing', async () => {
    expect(await loadExamples()).toEqual([16, 6, 5, 6, 2])
    const before = await rows('users')
    expect(await loadExamples()).toEqual([0, 0, 0, 0, 0])
    expect(await rows('users')).toEqual(before)
  }, 30_000)

  test('hold what they say, with the defaults of this release', async () => {
    await loadExamples()
    const users = await store.db.select().from(store.tables.users)
    const admin = users.find((user) => user.email === 'admin@lablup.com')
    expect(admin).toMatchObject({
      role: 'superadmin',
      mainAccessKey: 'AKIAIOSFODNN7EXAMPLE',
      totpActivated: false,
    })
    expect(await verifyPassword('wJalrXUt', admin?.password ?? null)).toBe(true)
    const [policy] = await store.db.select().from(store.tables.userResourcePolicies)
    expect(policy).toMatchObject({ maxQuotaScopeSize: -1, maxVfolderCount: 0, maxCustomizedImageCount: 3 })
    const [keypairPolicy] = await store.db.select().from(store.tables.keypairResourcePolicies)
    expect(keypairPolicy).toMatchObject({ maxVfolderCount: 10, maxVfolderSize: 0, idleTimeout: 3600 })
    const presets = await store.db.select().from(store.tables.resourcePresets)
    expect(presets.find((preset) => preset.name === 'cuda02-medium')).toMatchObject({
      resourceSlots: { cpu: '4', mem: '17179869184', 'cuda.device': '2', 'cuda.shares': '2' },
      sharedMemory: 1073741824,
    })
    const [template] = await store.db.select().from(store.tables.sessionTemplates)
    expect(template).toMatchObject({ type: 'task', name: 'python_x86', isActive: true })
  }, 30_000)

  test('running managers are told which accounts changed', async () => {
    await load(read('example-users.json'))
    const events = await store.db.select().from(store.tables.outbox)
    expect(events).toMatchObject([{ name: 'account_changed' }])
    expect(events).toMatchObject([
      {
        payload: {
          accessKeys: [],
          userUuids: read('example-users.json').users.map((user: { uuid: string }) => user.uuid),
        },
      },
    ])
  }, 30_000)
})

describe('refused, with nothing written', () => {
  const policy = {
    name: 'p',
    total_resource_slots: {},
    max_concurrent_sessions: 1,
    max_containers_per_session: 1,
    idle_timeout: 0,
  }
  const domain = { name: 'd' }
  const cases: [name: string, json: unknown, message: string | RegExp][] = [
    ['no document', 'text', 'expected an object of tables'],
    ['an unknown table', { domains: [domain], planets: [] }, 'planets: unknown table; known are domains'],
    ['a table of ours alone', { shared_config: [] }, 'shared_config: unknown table'],
    ['an unknown column', { domains: [{ ...domain, size: 1 }] }, 'domains row 1: unknown column "size"'],
    ['rows that are no list', { domains: {} }, 'domains: expected a list of rows'],
    ['a row that is no object', { domains: [1] }, 'domains row 1: expected an object'],
    [
      'a wrong type',
      { domains: [{ ...domain, is_active: 'yes' }] },
      'is_active: expected true or false, got "yes"',
    ],
    ['a null that must not be', { domains: [{ name: null }] }, 'domains row 1: name: must not be null'],
    ['a missing column', { domains: [{ description: 'x' }] }, 'domains row 1: needs the column "name"'],
    [
      'a wrong slot',
      { resource_presets: [{ name: 'x', resource_slots: { cpu: 'many' } }] },
      'resource slot "cpu"',
    ],
    [
      'a wrong word',
      { keypair_resource_policies: [{ ...policy, default_for_unspecified: 'MAYBE' }] },
      'expected one of LIMITED, UNLIMITED, got "MAYBE"',
    ],
    [
      'a missing reference',
      { groups: [{ name: 'g', domain_name: 'none', resource_policy: 'x' }] },
      'refers to a row that is not there',
    ],
    ['a bare list of something else', [{ name: 'x' }], 'a bare list must hold session templates'],
    ['an unknown mode', { __mode: 'replace' }, '__mode: expected "insert" or "update"'],
    [
      'an update of a missing row',
      { __mode: 'update', domains: [domain] },
      'domains row 1: there is no such row to update',
    ],
    [
      'an update without identity',
      { __mode: 'update', domains: [{ description: 'x' }] },
      'needs the column "name"',
    ],
    [
      'a name that is taken where it must be the only one',
      {
        domains: [{ name: 'd' }],
        project_resource_policies: [{ name: 'p', max_vfolder_count: 0, max_vfolder_size: 0 }],
        groups: [
          { id: '00000000-0000-0000-0000-000000000001', name: 'g', domain_name: 'd', resource_policy: 'p' },
          { name: 'g', domain_name: 'd', resource_policy: 'p' },
        ],
      },
      /groups row 2: name "g" \(domain_name "d"\) exists already with id "00000000-0000-0000-0000-000000000001"$/,
    ],
    [
      'a second owner of a unique value',
      {
        users: [
          { uuid: '00000000-0000-0000-0000-000000000001', email: 'a@x', resource_policy: 'u' },
          { uuid: '00000000-0000-0000-0000-000000000002', email: 'a@x', resource_policy: 'u' },
        ],
        user_resource_policies: [{ name: 'u', max_vfolder_size: 0, max_session_count_per_model_session: 1 }],
      },
      'users row 2: email "a@x" exists already with uuid "00000000-0000-0000-0000-000000000001"; this file wants uuid "00000000-0000-0000-0000-000000000002"',
    ],
  ]
  for (const [name, json, message] of cases) {
    test(name, async () => {
      await expect((async () => load(json))()).rejects.toThrow(message)
      expect(await rows('domains')).toEqual([])
      expect(await rows('userResourcePolicies')).toEqual([])
    })
  }
})

describe('values', () => {
  test('tables are filled in the order of their references, whatever that of the file', async () => {
    const id = '11111111-1111-1111-1111-111111111111'
    await load({
      groups: [
        { id, name: 'g', domain_name: 'd', resource_policy: 'p', type: 'MODEL_STORE', dotfiles: '\\x90' },
      ],
      project_resource_policies: [{ name: 'p', max_vfolder_size: '5' }],
      domains: [
        { name: 'd', created_at: '2020-01-02T03:04:05Z', total_resource_slots: { cpu: 4, mem: '2g' } },
      ],
    })
    const [domain] = await store.db.select().from(store.tables.domains)
    expect(domain).toMatchObject({
      createdAt: new Date('2020-01-02T03:04:05Z'),
      modifiedAt: new Date(1_700_000_000_000),
      totalResourceSlots: { cpu: '4', mem: '2147483648' },
      allowedDockerRegistries: [],
    })
    const [group] = await store.db.select().from(store.tables.groups)
    expect(group).toMatchObject({ id, type: 'model-store', dotfiles: [] })
  })

  test('a hash is stored as it is, a new password of an update is hashed', async () => {
    const hash = '$2b$12$LbCvzHrJ6.dfKJUnprVR7OJtoEhrScJQkruEUeS93mVPUnEnbH/U2'
    const uuid = '00000000000000000000000000000001'
    await load({
      user_resource_policies: [{ name: 'u', max_vfolder_size: 0, max_session_count_per_model_session: 1 }],
      users: [{ uuid, email: 'a@x', resource_policy: 'u', password: hash }],
    })
    const [user] = await store.db.select().from(store.tables.users)
    expect(user).toMatchObject({ uuid: '00000000-0000-0000-0000-000000000001', password: hash })
    await load({ __mode: 'update', users: [{ uuid, password: 'new' }] })
    const [updated] = await store.db.select().from(store.tables.users)
    expect(await verifyPassword('new', updated?.password ?? null)).toBe(true)
  })
})

const shared = resolve(process.env.BACKENDAI_SHARED ?? '../shared', 'reference/fixtures')
test.if(existsSync(shared))('the copies here are those of the shared reference', () => {
  expect(readdirSync(data).sort()).toEqual(readdirSync(shared).sort())
  for (const name of readdirSync(shared)) {
    expect(readFileSync(join(data, name), 'utf8')).toBe(readFileSync(join(shared, name), 'utf8'))
  }
})
