import { afterAll, beforeAll, expect, test } from 'bun:test'
import { once } from 'node:events'
import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { accountChanged } from '../../../src/events/catalog/cluster.ts'
import { json, noContent } from '../../../src/manager/api/answer.ts'
import { defineRoute, defineSocket } from '../../../src/manager/api/route.ts'
import { sse } from '../../../src/manager/api/sse.ts'
import { ADMIN, startTestManager, USER } from './test-manager.ts'

const PROBS = 'https://api.backend.ai/probs/'
const signed = { summary: 'Answer a test', auth: 'user' } as const
let manager: Awaited<ReturnType<typeof startTestManager>>

beforeAll(async () => {
  manager = await startTestManager({
    routes: () => [
      defineRoute({
        method: ['GET', 'POST', 'DELETE'],
        path: '/test/:name/thing',
        ...signed,
        params: v.object({ a: v.optional(v.string()), n: v.optional(v.number()) }),
        maxBodyBytes: 100,
        handler: ({ params, path }) => json({ params, name: path.name }),
      }),
      defineRoute({
        method: 'GET',
        path: '/test/_/thing',
        ...signed,
        handler: () => json({ literal: true }),
      }),
      defineRoute({
        method: 'GET',
        path: '/test/broken',
        ...signed,
        handler: () => {
          throw new TypeError('secret detail')
        },
      }),
      defineRoute({
        method: 'POST',
        path: '/test/new',
        ...signed,
        whenFrozen: 'refuse',
        handler: () => noContent(),
      }),
      defineRoute({
        method: 'GET',
        path: '/test/admins',
        ...signed,
        auth: 'admin',
        handler: () => noContent(),
      }),
      defineRoute({
        method: 'GET',
        path: '/test/events',
        ...signed,
        handler: ({ signal }) =>
          sse(
            (async function* () {
              yield { event: 'one', data: { n: 1 }, id: '7' }
            })(),
            { signal, firstEventDelayMs: 10 },
          ),
      }),
      defineSocket({
        path: '/test/socket',
        ...signed,
        open: async () => async (socket) => {
          for await (const message of socket.messages) await socket.send(message)
        },
      }),
    ],
  })
})
afterAll(() => manager[Symbol.asyncDispose]())

test('the handshake needs no signature', async () => {
  const { status, json, headers } = await manager.call('GET', '/', { as: null })
  expect(status).toBe(200)
  expect(json).toMatchObject({ version: 'v7.20230615', manager: '23.09.11' })
  expect(headers.server).toBe('BackendAI')
  expect(headers['x-ratelimit-window']).toBe('900')
  expect((await manager.call('GET', '/', { as: ADMIN })).status).toBe(200)
})

test('a signed request is answered, with limits and a request id', async () => {
  const { status, json, headers } = await manager.call('GET', '/auth/test?echo=h%C3%A9&x=*', { as: USER })
  expect([status, json]).toEqual([200, { authorized: 'yes', echo: 'hé' }])
  expect(headers['x-ratelimit-limit']).toBe('1000')
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

const HOUR = 3_600_000
const refusals: [string, () => ReturnType<typeof manager.call>, number, string, string?][] = [
  ['no signature', () => manager.call('GET', '/auth/test?echo=a', { as: null }), 401, 'auth-failed'],
  [
    'an unknown key',
    () => manager.call('GET', '/auth/test?echo=a', { as: { accessKey: 'AKIANOBODY', secretKey: 'x' } }),
    401,
    'auth-failed',
  ],
  [
    'a wrong secret',
    () => manager.call('GET', '/auth/test?echo=a', { as: { ...USER, secretKey: 'wrong' } }),
    401,
    'auth-failed',
  ],
  [
    'a skewed clock',
    () => manager.call('GET', '/auth/test?echo=a', { date: new Date(Date.now() - HOUR).toISOString() }),
    400,
    'invalid-auth-params',
    'Date/time sync error',
  ],
  [
    'a date that is none',
    () => manager.call('GET', '/auth/test?echo=a', { date: 'yesterday' }),
    400,
    'invalid-auth-params',
    'Date/time sync error',
  ],
  [
    'another scheme',
    () => manager.call('GET', '/auth/test?echo=a', { headers: { authorization: 'Bearer x' } }),
    400,
    'invalid-auth-params',
  ],
  [
    'an unsupported hash',
    () =>
      manager.call('GET', '/auth/test?echo=a', {
        headers: { authorization: 'BackendAI signMethod=HMAC-MD5, credential=A:ab' },
      }),
    400,
    'invalid-auth-params',
  ],
  [
    'an unsupported version',
    () => manager.call('GET', '/', { headers: { 'x-backendai-version': 'v9.20990101' } }),
    400,
    'generic-bad-request',
    'Unsupported API version.',
  ],
  [
    'a user where administrators may',
    () => manager.call('GET', '/test/admins', { as: USER }),
    403,
    'insufficient-privilege',
  ],
  [
    'a user where superadmins may',
    () => manager.call('POST', '/config/get', { as: USER, body: { key: 'a' } }),
    403,
    'insufficient-privilege',
  ],
  ['an unknown prefix', () => manager.call('GET', '/v9/auth', { as: null }), 404, 'url-not-found'],
  ['a path that is nowhere', () => manager.call('GET', '/no/where'), 404, 'url-not-found'],
  ['a wrong method', () => manager.call('PUT', '/auth/role'), 405, 'method-not-allowed'],
  [
    'malformed JSON',
    () => manager.call('POST', '/test/x/thing', { rawBody: '{"a":' }),
    400,
    'invalid-api-params',
    'Malformed body',
  ],
  [
    'a body that is too large',
    () => manager.call('POST', '/test/x/thing', { body: { a: 'x'.repeat(200) } }),
    413,
    'request-too-large',
  ],
  ['plain HTTP to a socket', () => manager.call('GET', '/test/socket'), 400, 'generic-bad-request'],
]
for (const [what, make, status, kind, msg] of refusals) {
  test(`refused: ${what}`, async () => {
    const got = await make()
    expect(got.headers['content-type']).toContain('application/problem+json')
    expect([got.status, got.json.type, got.json.error_code]).toEqual([status, PROBS + kind, kind])
    expect(got.json.title).toBeString()
    if (msg) expect(got.json.msg).toBe(msg)
  })
}

test('unknown paths are named, wrong methods told', async () => {
  expect((await manager.call('GET', '/no/where?x=1')).json.data).toBe('/no/where')
  expect((await manager.call('PUT', '/auth/role')).headers.allow).toBe('GET')
})

test('a wrong field is named', async () => {
  const { status, json } = await manager.call('POST', '/test/x/thing', { body: { a: 5 } })
  expect([status, json.msg, Object.keys(json.data as object)]).toEqual([400, 'Input validation error', ['a']])
})

test('bodies on GET and DELETE win over the query', async () => {
  for (const method of ['GET', 'DELETE']) {
    const { json } = await manager.call(method, '/test/a%2Fb/thing?a=query', { body: { a: 'body' } })
    expect(json).toEqual({ params: { a: 'body' }, name: 'a/b' })
  }
  expect((await manager.call('GET', '/test/n/thing?a=query')).json.params).toEqual({ a: 'query' })
  expect(
    (await manager.call('POST', '/test/n/thing', { headers: { 'content-type': 'text/plain' } })).status,
  ).toBe(200)
})

test('literal segments win', async () => {
  expect((await manager.call('GET', '/test/_/thing')).json).toEqual({ literal: true })
})

test('legacy prefixes and X-Method-Override', async () => {
  expect((await manager.call('GET', '/v6', { as: null })).json.version).toBe('v7.20230615')
  expect((await manager.call('GET', '/v5/auth/test?echo=x')).json.echo).toBe('x')
  const overridden = await manager.call('POST', '/auth/ssh-keypair', {
    headers: { 'x-method-override': 'GET' },
  })
  expect([overridden.status, Object.keys(overridden.json)]).toEqual([200, ['ssh_public_key']])
})

test('unknown failures are masked', async () => {
  const { status, json, text, headers } = await manager.call('GET', '/test/broken')
  expect([status, json.error_code]).toEqual([500, 'internal-server-error'])
  expect(text).not.toContain('secret detail')
  expect(json.msg).toContain(String(headers['x-request-id']))
})

test('frozen: new things are refused, the rest goes on', async () => {
  expect(
    (await manager.call('PUT', '/manager/status', { body: { status: 'frozen', force_kill: true } })).status,
  ).toBe(204)
  expect(manager.endedAll).toHaveLength(1)
  const refused = await manager.call('POST', '/test/new')
  expect([refused.status, refused.json.error_code]).toEqual([503, 'server-frozen'])
  expect((await manager.call('GET', '/manager/status', { as: null })).json.status).toBe('frozen')
  expect((await manager.call('GET', '/auth/test?echo=a')).status).toBe(200)
  await manager.call('PUT', '/manager/status', { body: { status: 'running' } })
  expect((await manager.call('POST', '/test/new')).status).toBe(204)
})

test('an event stream ends with server_close', async () => {
  const { text, headers } = await manager.call('GET', '/test/events')
  expect(headers['content-type']).toContain('text/event-stream')
  const frames = text.split('\n\n').filter((frame) => frame.startsWith('event:'))
  expect(frames).toEqual(['event: one\nid: 7\ndata: {"n":1}', 'event: server_close\ndata: {}'])
})

test('a key that was switched off fails at once; other keys of the user work', async () => {
  const { store, clock, bus } = manager.ports
  const { keypairs } = store.tables
  const second = { accessKey: 'AKIASECONDSECONDSEC1', secretKey: 'second-secret' }
  const at = new Date(clock.now())
  await store.tx((tx) =>
    tx.insert(keypairs).values({
      ...second,
      userId: USER.email,
      user: USER.uuid,
      resourcePolicy: 'default',
      dotfiles: [],
      createdAt: at,
      modifiedAt: at,
    }),
  )
  expect((await manager.call('GET', '/auth/test?echo=a', { as: second })).status).toBe(200)
  const heard = Promise.withResolvers<void>()
  await bus.subscribe([accountChanged], () => heard.resolve())
  await store.tx(async (tx) => {
    await tx.update(keypairs).set({ isActive: false }).where(eq(keypairs.accessKey, second.accessKey))
    await tx.emit([{ name: accountChanged.name, payload: { accessKeys: [second.accessKey], userUuids: [] } }])
  })
  await heard.promise
  expect((await manager.call('GET', '/auth/test?echo=a', { as: second })).status).toBe(401)
})

test('sockets close when their account is disabled, and stay when something else of it changes', async () => {
  const { store } = manager.ports
  const { users } = store.tables
  const change = (status: 'active' | 'inactive', fullName: string) =>
    store.tx(async (tx) => {
      await tx.update(users).set({ status, fullName }).where(eq(users.uuid, USER.uuid))
      await tx.emit([{ name: accountChanged.name, payload: { accessKeys: [], userUuids: [USER.uuid] } }])
    })
  const heard = Promise.withResolvers<void>()
  const [mine, other] = await Promise.all([
    manager.connect('/test/socket', USER),
    manager.connect('/test/socket'),
  ])
  const echo = async (socket: typeof mine, text: string) => {
    const answer = once(socket, 'message')
    socket.send(text)
    return String((await answer)[0])
  }
  await using _ = await manager.ports.bus.subscribe([accountChanged], () => heard.resolve())
  await change('active', 'New Name')
  await heard.promise
  expect(await echo(mine, 'still here')).toBe('still here')
  const closed = once(mine, 'close')
  await change('inactive', 'New Name')
  expect((await closed)[0]).toBe(1008)
  expect(await echo(other, 'not concerned')).toBe('not concerned')
  other.close()
  await change('active', 'New Name')
})

test('allowed_client_ip binds the address that trusted proxies report', async () => {
  const { store, bus } = manager.ports
  const { users } = store.tables
  const allow = async (allowedClientIp: string[] | null) => {
    const heard = Promise.withResolvers<void>()
    await bus.subscribe([accountChanged], () => heard.resolve())
    await store.tx(async (tx) => {
      await tx.update(users).set({ allowedClientIp }).where(eq(users.uuid, USER.uuid))
      await tx.emit([{ name: accountChanged.name, payload: { accessKeys: [], userUuids: [USER.uuid] } }])
    })
    await heard.promise
  }
  const from = async (address: string) =>
    (await manager.call('GET', '/auth/test?echo=a', { as: USER, headers: { 'x-forwarded-for': address } }))
      .status
  await allow(['10.1.0.0/16'])
  expect(await from('10.1.2.3')).toBe(200)
  expect(await from('10.1.2.3, 192.0.2.1')).toBe(401)
  expect(await from('192.0.2.1')).toBe(401)
  await allow(null)
  expect(await from('192.0.2.1')).toBe(200)
})

test('limits count failures, and 429 has its headers', async () => {
  await using small = await startTestManager({ anonymousRateLimit: 2 })
  const first = await small.call('GET', '/manager/announcement', { as: null })
  expect(first.headers['x-ratelimit-remaining']).toBe('1')
  expect((await small.call('GET', '/auth/test?echo=a', { as: null })).status).toBe(401)
  const refused = await small.call('GET', '/manager/announcement', { as: null })
  expect([refused.status, refused.json.error_code]).toEqual([429, 'rate-limit-exceeded'])
  expect(refused.headers['x-ratelimit-remaining']).toBe('0')
  expect((await small.call('GET', '/health', { as: null })).status).toBe(200)
  expect((await small.call('GET', '/', { as: null })).headers['x-ratelimit-remaining']).toBe('2')
  expect((await small.call('GET', '/auth/test?echo=a', { as: USER })).status).toBe(200)
})

test('metrics name routes, not paths', async () => {
  const { text } = await manager.call('GET', '/metrics', { as: null })
  expect(text).toContain('path="/test/:name/thing"')
  expect(text).not.toContain('a%2Fb')
})

test('REPORT is a GET with a body, by its own name or as an override', async () => {
  const body = { echo: 'x' }
  const answer = { authorized: 'yes', echo: 'x' }
  expect((await manager.call('REPORT', '/auth', { body })).json).toEqual(answer)
  const headers = { 'x-method-override': 'REPORT' }
  expect((await manager.call('POST', '/auth', { body, headers })).json).toEqual(answer)
})

test('pages of other origins, as config/api/allow-origins says', async () => {
  const ask = { origin: 'https://ui.example.org', 'access-control-request-method': 'PUT' }
  const preflight = await manager.call('OPTIONS', '/manager/status', {
    as: null,
    headers: { ...ask, 'access-control-request-headers': 'authorization,date' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': 'authorization,date',
    'access-control-max-age': '600',
  })
  expect((await manager.call('OPTIONS', '/nowhere', { as: null, headers: ask })).status).toBe(404)
  const plain = await manager.call('GET', '/', { as: null, headers: { origin: ask.origin } })
  expect(plain.headers['access-control-allow-origin']).toBe('*')
  expect(
    (await manager.call('GET', '/', { as: null })).headers['access-control-allow-origin'],
  ).toBeUndefined()
  // Another manager, which has not remembered the setting.
  await using strict = await startTestManager()
  await strict.ports.config.set('config/api/allow-origins', 'https://ui.example.org/, https://b.example.org')
  const from = async (origin: string) =>
    (await strict.call('GET', '/', { as: null, headers: { origin } })).headers['access-control-allow-origin']
  expect(await from('https://ui.example.org')).toBe('https://ui.example.org')
  expect(await from('https://evil.example.org')).toBeUndefined()
})

test('text that no store keeps is refused wherever it comes', async () => {
  const refused = async (method: string, target: string, body?: unknown) => {
    const { status, json } = await manager.call(method, target, body === undefined ? {} : { body })
    return [status, json.error_code]
  }
  const invalid = [400, 'invalid-api-params']
  expect(await refused('GET', '/auth?echo=%00')).toEqual(invalid)
  for (const text of ['\0', 'a\ud800b']) {
    expect(await refused('POST', '/auth', { echo: text })).toEqual(invalid)
    expect(await refused('POST', '/config/set', { key: 'a', value: { b: { [text]: 'c' } } })).toEqual(invalid)
  }
  expect(await refused('POST', '/logs/error/a%00b/clear')).toEqual([400, 'generic-bad-request'])
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const { status } = await manager.call('POST', '/auth', { rawBody: `{"echo": ${deep}}` })
  expect(status).toBe(400)
})
