import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { totpAt, totpStep } from '../../src/lib/totp.ts'
import { startWebserver } from '../../src/webserver/role.ts'
import { ADMIN, startTestManager } from '../manager/api/test-manager.ts'

test('a login with a one-time password, from an address that the account allows', async () => {
  await using stack = new AsyncDisposableStack()
  const clock = { ...systemClock, now: () => Date.now() + later }
  let later = 0
  const manager = stack.use(await startTestManager({ clock }))
  const { webserver } = loadConfig({
    role: 'webserver',
    env: {
      BACKENDAI_WEBSERVER__SERVICE_ADDR: '127.0.0.1:0',
      BACKENDAI_WEBSERVER__API__ENDPOINT: `http://127.0.0.1:${manager.port}`,
    },
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  })
  const cache = createMemoryCache({ clock })
  const page = async () => null
  const web = stack.use(await startWebserver({ settings: webserver, cache, clock, log: silentLogger, page }))
  const login = async (more: object = {}) => {
    const answer = await fetch(`${web.endpoints.web}/server/login`, {
      method: 'POST',
      body: JSON.stringify({ username: ADMIN.email, password: ADMIN.password, ...more }),
    })
    return (await answer.json()) as { authenticated: boolean; data: Record<string, string> }
  }

  const key = String((await manager.call('POST', '/totp')).json.totp_key)
  await manager.call('POST', '/totp/verify', { body: { otp: totpAt(key, totpStep(clock.now())) } })
  later += 30_000
  // The words that the official client looks for.
  expect(await login()).toMatchObject({ authenticated: false, data: { details: 'OTP not provided' } })
  expect((await login({ otp: '1' })).data.type).toEndWith('/auth-failed')
  const otp = totpAt(key, totpStep(clock.now()))
  expect(await login({ otp })).toMatchObject({
    authenticated: true,
    data: { access_key: ADMIN.accessKey, role: 'superadmin' },
  })

  await manager.call('DELETE', '/totp')
  const { store, config } = manager.ports
  const { users } = store.tables
  const allow = (allowedClientIp: string[] | null) =>
    store.tx((tx) => tx.update(users).set({ allowedClientIp }).where(eq(users.email, ADMIN.email)))
  await allow(['192.0.2.0/24'])
  expect((await login()).data).toMatchObject({
    type: 'https://api.backend.ai/probs/generic-forbidden',
    details: 'This account may not be used from 127.0.0.1.',
  })
  await allow(null)
  await config.set('config/auth/require-totp', 'on')
  const { data } = await login()
  expect(data.type).toEndWith('/require-totp-registration')
  const made = await fetch(`${web.endpoints.web}/func/totp/anon`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ registration_token: data.two_factor_registration_token }),
  })
  expect(await made.json()).toMatchObject({ totp_key: expect.stringMatching(/^[A-Z2-7]{32}$/) })
}, 30_000)
