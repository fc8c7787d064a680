import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import type { Clock } from '../../../../src/lib/clock.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { hashPassword } from '../../../../src/lib/password-hash.ts'
import { totpAt, totpStep } from '../../../../src/lib/totp.ts'
import { ADMIN, type Got, startTestManager, USER } from '../test-manager.ts'

/** The time of a step's beginning, moved by the tests. */
const clock: Clock & { at: number } = {
  at: Math.floor(Date.now() / 30_000) * 30_000,
  now: () => clock.at,
  sleep: systemClock.sleep,
}
const PASSWORD = 'correct horse'
let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  manager = await startTestManager({ clock })
  const { store } = manager.ports
  const { users } = store.tables
  const password = await hashPassword(PASSWORD)
  await store.tx((tx) => tx.update(users).set({ password }).where(eq(users.uuid, USER.uuid)))
}, 30_000)
afterAll(() => manager[Symbol.asyncDispose]())
beforeEach(async () => {
  clock.at += 600_000
  await manager.call('DELETE', '/totp', { as: USER })
})

const post = (path: string, body: object, as: typeof USER | null = USER) =>
  manager.call('POST', path, { as, body })
const login = (more: object = {}): Promise<Got> =>
  manager.call('POST', '/auth/authorize', {
    as: null,
    body: { type: 'keypair', domain: 'default', username: USER.email, password: PASSWORD, ...more },
  })
const code = (key: string, shift = 0) => totpAt(key, totpStep(clock.at) + shift)

async function setUp(): Promise<string> {
  const key = String((await post('/totp', {})).json.totp_key)
  expect((await post('/totp/verify', { otp: code(key) })).status).toBe(200)
  clock.at += 30_000
  return key
}

test('a key counts once a password of it was shown', async () => {
  expect((await manager.call('GET', '/totp', { as: USER })).json).toEqual({
    totp_activated: false,
    totp_activated_at: null,
  })
  const made = await post('/totp', {})
  const key = String(made.json.totp_key)
  expect(key).toMatch(/^[A-Z2-7]{32}$/)
  expect(made.json.totp_uri).toStartWith('otpauth://totp/Backend.AI:user%40default?secret=')
  expect((await login()).status).toBe(200)
  expect((await post('/totp/verify', { otp: '000000' })).json.error_code).toBe('generic-bad-request')
  const at = new Date(clock.at).toISOString()
  expect((await post('/totp/verify', { otp: Number(code(key)) })).json).toEqual({
    totp_activated: true,
    totp_activated_at: at,
  })
  expect((await manager.call('GET', '/totp', { as: USER })).json.totp_activated_at).toBe(at)
  expect((await post('/totp', {})).json.msg).toContain('at work already')
}, 30_000)

test('logins need the password of the moment, and take it once', async () => {
  const key = await setUp()
  expect((await login()).json).toMatchObject({
    error_code: 'require-totp-authentication',
    msg: 'OTP not provided',
  })
  const wrong = await login({ otp: code(key, 5) })
  expect([wrong.status, wrong.json.error_code]).toEqual([401, 'auth-failed'])
  expect((await login({ otp: code(key), password: 'wrong' })).status).toBe(401)
  const first = await login({ otp: `${code(key).slice(0, 3)} ${code(key).slice(3)}` })
  expect([first.status, first.json.data]).toMatchObject([200, { access_key: USER.accessKey }])
  expect((await login({ otp: code(key) })).json.msg).toContain('has been used')
  // Of the step before, which is older than the one that was used.
  expect((await login({ otp: code(key, -1) })).status).toBe(401)
  clock.at += 30_000
  const both = await Promise.all([login({ otp: code(key) }), login({ otp: code(key) })])
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
}, 30_000)

test('ten tries in five minutes, then nobody, not even with the right password', async () => {
  const key = await setUp()
  const statuses: number[] = []
  for (let n = 0; n < 10; n += 1) statuses.push((await post('/totp/verify', { otp: '1' })).status)
  expect(statuses).toEqual(Array(10).fill(400))
  const refused = await login({ otp: code(key) })
  expect([refused.status, refused.json.error_code]).toEqual([429, 'rate-limit-exceeded'])
  clock.at += 300_000
  expect((await login({ otp: code(key) })).status).toBe(200)
}, 30_000)

test('removed by its owner and by superadmins, by nobody else', async () => {
  await setUp()
  const asUser = await manager.call('DELETE', `/totp?email=${ADMIN.email}`, { as: USER, body: {} })
  expect([asUser.status, asUser.json.error_code]).toEqual([403, 'insufficient-privilege'])
  expect((await manager.call('DELETE', '/totp?email=nobody@x', { as: ADMIN, body: {} })).status).toBe(404)
  expect((await manager.call('DELETE', '/totp?email=nobody@x', { as: USER, body: {} })).status).toBe(403)
  const done = await manager.call('DELETE', `/totp?email=${USER.email}`, { as: ADMIN, body: {} })
  expect(done.json).toEqual({ success: true })
  expect((await login()).status).toBe(200)
  const { users } = manager.ports.store.tables
  const [row] = await manager.ports.store.db.select().from(users).where(eq(users.uuid, USER.uuid))
  expect([row?.totpKey, row?.totpActivated]).toEqual([null, false])
}, 30_000)

test('where they are required, a login opens the way to set them up', async () => {
  await manager.ports.config.set('config/auth/require-totp', 'true')
  const refused = await login()
  expect([refused.status, refused.json.error_code]).toEqual([400, 'require-totp-registration'])
  const { two_factor_registration_token: registration_token } = refused.json.data as Record<string, string>
  const made = await post('/totp/anon', { registration_token }, null)
  const otp = code(String(made.json.totp_key))
  expect((await post('/totp/anon/verify', { registration_token: 'other', otp }, null)).status).toBe(401)
  expect((await post('/totp/anon/verify', { registration_token, otp }, null)).status).toBe(200)
  clock.at += 30_000
  expect((await login({ otp: code(String(made.json.totp_key)) })).status).toBe(200)
  await manager.ports.config.delete('config/auth/require-totp', { prefix: false })
}, 30_000)
