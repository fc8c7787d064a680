/** Hooks, second factors and the audit log in the built executable, as one process and as a cluster. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Client, createClient } from '../../src/client/client.ts'
import { totpAt, totpStep } from '../../src/lib/totp.ts'
import { type Shape, type ShapeName, startShape } from '../harness/shapes.ts'
import { until } from '../harness/until.ts'

const PATIENCE_MS = 180_000

describe.each<ShapeName>(['up', 'cluster'])('%s', (name) => {
  let shape: Shape
  let client: Client
  beforeAll(async () => {
    shape = await startShape(name, { backend: 'process' })
    const { endpoint, accessKey, secretKey } = shape
    client = createClient({ endpoint, accessKey, secretKey })
  }, PATIENCE_MS)
  afterAll(() => shape[Symbol.asyncDispose](), PATIENCE_MS)

  const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
  const login = async (more: object = {}) => {
    const { email: username, password } = shape
    const body = JSON.stringify({ username, password, ...more })
    const answer = await fetch(`${shape.web}/server/login`, { method: 'POST', body })
    return (await answer.json()) as { authenticated: boolean; data: Record<string, string> }
  }
  const send = (method: 'POST' | 'DELETE', path: string[], json?: object) =>
    client.connection.json<Record<string, string>>({ method, path, ...(json ? { json } : {}) })

  test(
    'a compiled-in hook works once its setting says so',
    async () => {
      const { password } = shape
      const change = { old_password: password, new_password: password, new_password2: password }
      await client.etcdConfig.set('config/plugins/hook/password-rules/min_length', '40')
      await client.etcdConfig.set('config/plugins/hook/password-rules/enabled', 'true')
      const error = await until(async () => {
        const failure = await caught(send('POST', ['auth', 'update-password'], change))
        return failure instanceof Error && failure
      }, 30_000)
      expect(error).toMatchObject({
        kind: 'rejected-by-hook',
        msg: 'The password needs at least 40 characters.',
      })
    },
    PATIENCE_MS,
  )

  test(
    'a login at the webserver with a one-time password',
    async () => {
      const { totp_key: key = '' } = await send('POST', ['totp'])
      const now = () => totpAt(key, totpStep(Date.now()))
      const first = now()
      await send('POST', ['totp', 'verify'], { otp: first })
      expect((await login()).data.details).toBe('OTP not provided')
      expect((await login({ otp: first })).data.details).toContain('has been used')
      // The next step's password is taken a little early, too.
      const next = totpAt(key, totpStep(Date.now()) + 1)
      expect(await login({ otp: next })).toMatchObject({ authenticated: true })
      await send('DELETE', ['totp'])
    },
    PATIENCE_MS,
  )

  test('all of it is in the audit log', async () => {
    const { items } = await client.auditLogs.list({ limit: 1000 })
    const seen = items.map(({ operation, result, entity_id }) => `${operation} ${entity_id} ${result}`)
    expect(seen).toContain('POST /config/set config/plugins/hook/password-rules/enabled success')
    expect(seen).toContain(`POST /auth/authorize ${shape.email} success`)
    expect(seen).toContain(`POST /auth/authorize ${shape.email} denied`)
    expect(items.some(({ operation }) => operation === 'POST /totp/verify')).toBe(true)
    expect(JSON.stringify(items)).not.toContain(shape.password)
  })
})
