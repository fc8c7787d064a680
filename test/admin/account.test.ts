import { afterEach, beforeEach, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { verifyPassword } from '../../src/lib/password-hash.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'
import { openStoreOf, serveHere } from './admin-place.ts'

const EMAIL = 'admin@default'
let dir: TempDirectory
beforeEach(async () => {
  dir = tempDirectory('admin-account')
  await admin(dir, ['mgr', 'schema', 'oneshot'])
  await using store = await openStoreOf(dir)
  await bootstrapCluster(store, {}, { now: () => 0 })
})
afterEach(() => dir[Symbol.dispose]())

const reset = (argv: string[], stdin = '') => admin(dir, ['mgr', 'user', 'reset-password', ...argv], stdin)

async function userRow() {
  await using store = await openStoreOf(dir)
  const { users } = store.tables
  const [row] = await store.db.select().from(users).where(eq(users.email, EMAIL))
  return row
}

test('a new password is made, printed once, and has to be changed', async () => {
  const { code, out } = await reset([EMAIL])
  expect(code).toBe(0)
  const row = await userRow()
  expect(row?.needPasswordChange).toBe(true)
  expect(await verifyPassword(out.trim(), row?.password ?? null)).toBe(true)
}, 20_000)

test('one from a file is not printed, also while the role runs', async () => {
  {
    await using _role = await serveHere(dir)
    const answer = await reset([EMAIL, '--keep', '--password-file', '-', '--json'], 'correct horse\n')
    expect(JSON.parse(answer.out)).toEqual({
      email: EMAIL,
      role: 'superadmin',
      status: 'active',
      mustChange: false,
    })
  }
  const row = await userRow()
  expect(row?.needPasswordChange).toBe(false)
  expect(await verifyPassword('correct horse', row?.password ?? null)).toBe(true)
}, 20_000)

test('nobody of that address, an empty file, a file that is not there', async () => {
  expect(await reset(['nobody@nowhere'])).toMatchObject({
    code: 1,
    err: 'backendai: There is no user "nobody@nowhere".\n',
  })
  expect((await reset([EMAIL, '--password-file', '-'], '\n')).code).toBe(2)
  expect((await reset([EMAIL, '--password-file', 'gone'])).code).toBe(1)
}, 20_000)

test('generate-keypair stores nothing', async () => {
  const { out } = await admin(dir, ['mgr', 'generate-keypair', '--json'])
  expect(JSON.parse(out)).toEqual({
    accessKey: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
    secretKey: expect.stringMatching(/^[\w-]{40}$/),
  })
  expect((await admin(dir, ['mgr', 'generate-keypair'])).out).toStartWith('Access Key: AKIA')
})
