import { expect, test } from 'bun:test'
import { ApiError } from '../../src/client/errors.ts'
import { createClient } from '../../src/client/index.ts'
import { totpAt, totpStep } from '../../src/lib/totp.ts'
import { ADMIN, startTestManager, USER } from '../manager/api/test-manager.ts'

test('a second factor is set up, used and removed by an administrator', async () => {
  await using manager = await startTestManager()
  const endpoint = `http://127.0.0.1:${manager.port}`
  const user = createClient({ endpoint, accessKey: USER.accessKey, secretKey: USER.secretKey })
  const admin = createClient({ endpoint, accessKey: ADMIN.accessKey, secretKey: ADMIN.secretKey })
  expect(await user.totp.state()).toEqual({ totp_activated: false, totp_activated_at: null })
  const { totp_key: key, totp_uri: uri } = await user.totp.begin()
  expect(uri).toContain(`secret=${key}`)
  const refused = await user.totp.activate('000').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect((await user.totp.activate(totpAt(key, totpStep(Date.now())))).totp_activated).toBe(true)
  await admin.totp.remove(USER.email)
  expect((await user.totp.state()).totp_activated).toBe(false)
}, 30_000)
