import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { type HookHandlers, type HookPlugin, type HookPoint, Reject } from '../../../../src/plugin/hook.ts'
import { ADMIN, startTestManager, USER } from '../test-manager.ts'

const told: { point: HookPoint; args: unknown }[] = []
let handlers: HookHandlers = {}
/** A plugin whose handlers each test chooses. */
const plugin: HookPlugin = {
  name: 'tested',
  configure: () => new Proxy({}, { get: (_, point) => handlers[point as HookPoint] }) as HookHandlers,
}

let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  manager = await startTestManager({ plugins: { hooks: [plugin] } })
  await manager.ports.config.set('config/plugins/hook/tested/enabled', 'true')
}, 30_000)
afterAll(() => manager[Symbol.asyncDispose]())
beforeEach(() => {
  told.length = 0
  handlers = {}
})
const note = (point: HookPoint) => (args: unknown) => void told.push({ point, args })
const post = (path: string, body: object, as: typeof USER | typeof ADMIN | null = null) =>
  manager.call('POST', path, { as, body })

describe('POST /auth/signup', () => {
  const input = { domain: 'default', email: 'new@example.com', password: 'a good password' }
  const userOf = async (email: string) => {
    const { users } = manager.ports.store.tables
    const [row] = await manager.ports.store.db.select().from(users).where(eq(users.email, email))
    return row
  }

  test('is closed without a hook', async () => {
    const { status, json } = await post('/auth/signup', input)
    expect([status, json.error_code]).toEqual([400, 'rejected-by-hook'])
  })

  test('goes where the hook says, and hooks are told', async () => {
    handlers = {
      VERIFY_PASSWORD_FORMAT: note('VERIFY_PASSWORD_FORMAT'),
      PRE_SIGNUP: (args) => {
        note('PRE_SIGNUP')(args)
        return { full_name: 'New', status: 'before-verification' }
      },
      POST_SIGNUP: note('POST_SIGNUP'),
    }
    const made = await post('/auth/signup', input)
    expect(made.status).toBe(200)
    expect(made.json).toEqual({
      access_key: expect.stringMatching(/^AKIA/),
      secret_key: expect.stringMatching(/^.{40}$/),
    })
    const row = await userOf(input.email)
    expect(row).toMatchObject({
      fullName: 'New',
      status: 'before-verification',
      statusInfo: 'user-signup',
      role: 'user',
      mainAccessKey: made.json.access_key,
    })
    expect(told.map(({ point }) => point)).toEqual(['VERIFY_PASSWORD_FORMAT', 'PRE_SIGNUP', 'POST_SIGNUP'])
    expect(JSON.stringify(told[1])).not.toContain(input.password)
    expect(told[2]?.args).toEqual({ email: input.email, userUuid: row?.uuid ?? '', lang: null })
    expect((await post('/auth/signup', input)).status).toBe(409)
  }, 30_000)

  test('a refusal, a fault and an unknown project make nobody', async () => {
    const other = { ...input, email: 'other@example.com' }
    handlers = {
      PRE_SIGNUP: () => {
        throw new Reject('Not you.')
      },
    }
    const refused = await post('/auth/signup', other)
    expect([refused.status, refused.json]).toMatchObject([
      400,
      { error_code: 'rejected-by-hook', msg: 'Not you.', data: { plugins: ['tested'] } },
    ])
    handlers = {
      PRE_SIGNUP: () => {
        throw new Error('a fault with secrets')
      },
    }
    const faulty = await post('/auth/signup', other)
    expect([faulty.status, faulty.json.msg]).toEqual([400, 'The hook plugin "tested" has failed.'])
    handlers = { PRE_SIGNUP: () => ({ group: 'moon' }) }
    expect((await post('/auth/signup', other)).status).toBe(400)
    expect(await userOf(other.email)).toBeUndefined()
  })
})

describe('logins', () => {
  const login = (more: object = {}) =>
    post('/auth/authorize', {
      type: 'keypair',
      domain: 'default',
      username: ADMIN.email,
      password: ADMIN.password,
      ...more,
    })

  test('AUTHORIZE stands for the password, for users that there are', async () => {
    handlers = { AUTHORIZE: ({ params }) => (params.stoken === 'good' ? USER.email : null) }
    expect((await login({ stoken: 'good', password: 'any' })).json.data).toMatchObject({
      access_key: USER.accessKey,
    })
    expect((await login({ stoken: 'bad', password: 'any' })).status).toBe(401)
    handlers = { AUTHORIZE: () => 'nobody@default' }
    expect((await login()).status).toBe(401)
  }, 30_000)

  test('POST_AUTHORIZE has the last word', async () => {
    handlers = {
      POST_AUTHORIZE: ({ user, accessKey, request }) => {
        throw new Reject(`${user.email} ${user.role} ${accessKey} ${request.clientAddress}`)
      },
    }
    const { status, json } = await login()
    expect([status, json.msg]).toEqual([400, `${ADMIN.email} superadmin ${ADMIN.accessKey} 127.0.0.1`])
  }, 30_000)

  test('PRE_AUTH_MIDDLEWARE names the caller of a request', async () => {
    handlers = { PRE_AUTH_MIDDLEWARE: ({ request }) => request.header('x-sso-key') ?? null }
    const asked = (key: string) =>
      manager.call('GET', '/auth/role', { as: null, headers: { 'x-sso-key': key } })
    expect((await asked(USER.accessKey)).json).toMatchObject({ global_role: 'user' })
    expect((await asked('AKIANOBODY')).status).toBe(401)
    expect((await manager.call('GET', '/auth/role', { as: null })).status).toBe(401)
    expect((await manager.call('GET', '/auth/role', { as: USER })).status).toBe(200)
  })
})

test('passwords that a hook refuses are not set', async () => {
  handlers = {
    VERIFY_PASSWORD_FORMAT: ({ password }) => {
      if (password.length < 20) throw new Reject('Too short.')
    },
  }
  const change = (password: string) =>
    post(
      '/auth/update-password',
      { old_password: ADMIN.password, new_password: password, new_password2: password },
      ADMIN,
    )
  const { status, json } = await change('short')
  expect([status, json.error_code, json.msg]).toEqual([400, 'rejected-by-hook', 'Too short.'])
  expect((await change('a password of enough letters')).status).toBe(200)
}, 30_000)
