import { expect, test } from 'bun:test'
import { openSqliteStore } from '../../../src/db/drivers/sqlite.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { verifyPassword } from '../../../src/lib/password-hash.ts'
import { bootstrapCluster } from '../../../src/manager/services/bootstrap.ts'

const open = () => openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger })
const deps = { now: () => 1_700_000_000_000 }

test('an empty database gets a superadmin who can sign in', async () => {
  await using store = await open()
  const result = await bootstrapCluster(store, {}, deps)
  if (!result.created) throw new Error('nothing was created')
  const [user] = await store.db.select().from(store.tables.users)
  const [keypair] = await store.db.select().from(store.tables.keypairs)
  expect(user).toMatchObject({ email: 'admin@default', role: 'superadmin', status: 'active' })
  expect(user?.mainAccessKey).toBe(result.admin.accessKey)
  expect(await verifyPassword(result.admin.password, user?.password ?? null)).toBe(true)
  expect(keypair).toMatchObject({
    secretKey: result.admin.secretKey,
    user: user?.uuid,
    isAdmin: true,
    isActive: true,
  })
  const presets = await store.db.select().from(store.tables.resourcePresets)
  expect(presets.map((preset) => preset.name)).toEqual(['cpu01-small', 'cpu02-medium', 'cpu03-large'])
})

test('of several calls at once one creates, and later ones change nothing', async () => {
  await using store = await open()
  const results = await Promise.all([1, 2, 3].map(() => bootstrapCluster(store, { domain: 'acme' }, deps)))
  expect(results.filter((result) => result.created)).toHaveLength(1)
  expect(await bootstrapCluster(store, {}, deps)).toEqual({ created: false })
  expect(await store.db.select().from(store.tables.users)).toHaveLength(1)
})

test('credentials that the caller has put away are taken', async () => {
  await using store = await open()
  const admin = { email: 'root@acme', password: 'pw-of-caller', accessKey: 'AKIAAAAA', secretKey: 's' }
  expect(await bootstrapCluster(store, { admin }, deps)).toEqual({ created: true, admin })
})
