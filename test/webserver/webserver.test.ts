import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createCipheriv, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { parseAuthorization, signingDay, signingKey, stringToSign, toHex } from '../../src/api/signature.ts'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import type { RunningRole } from '../../src/roles/role.ts'
import { startWebserver } from '../../src/webserver/role.ts'

const ACCESS = 'AKIAWEBSERVERTEST000'
const SECRET = 'a-secret-that-only-the-webserver-may-know'

interface Seen {
  method: string
  target: string
  body: string
  signed: boolean
}

/** A manager that verifies signatures itself and remembers what came. */
class ScriptedManager {
  readonly seen: Seen[] = []
  readonly server: Server
  constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks).toString()
      this.seen.push({
        method: request.method ?? '',
        target: request.url ?? '',
        body,
        signed: isSigned(request),
      })
      const send = (status: number, value: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(value))
      }
      if (request.url === '/') return send(200, { version: 'v7.20230615' })
      if (request.url === '/auth/authorize') {
        const { password } = JSON.parse(body)
        if (password !== 'right') {
          return send(401, {
            type: 'https://api.backend.ai/probs/auth-failed',
            title: 'Wrong',
            msg: 'no match',
          })
        }
        return send(200, {
          data: { access_key: ACCESS, secret_key: SECRET, role: 'user', status: 'active' },
        })
      }
      if (request.url?.startsWith('/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('event: hi\ndata: {}\n\n')
        return
      }
      return isSigned(request) ? send(200, { echo: body }) : send(401, { type: 'x', title: 'unsigned' })
    })
    const sockets = new WebSocketServer({ noServer: true })
    this.server.on('upgrade', (request, socket, head) => {
      if (!isSigned(request)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
        return
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
      })
    })
  }
}

function isSigned(request: IncomingMessage): boolean {
  const given = parseAuthorization(request.headers.authorization ?? '')
  if (!given || given.accessKey !== ACCESS) return false
  const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest()
  const date = request.headers.date ?? ''
  const host = request.headers.host ?? ''
  const text = stringToSign({
    method: request.method ?? '',
    target: request.url ?? '',
    date,
    host,
    contentType: request.headers['content-type'] ?? null,
    version: String(request.headers['x-backendai-version']),
  })
  return toHex(hmac(signingKey(hmac, SECRET, signingDay(date) ?? '', host), text)) === given.signature
}

const manager = new ScriptedManager()
let role: RunningRole
let base = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => manager.server.listen(0, '127.0.0.1', resolve))
  const { port } = manager.server.address() as AddressInfo
  const config = loadConfig({
    role: 'webserver',
    env: {
      BACKENDAI_WEBSERVER__SERVICE_ADDR: '127.0.0.1:0',
      BACKENDAI_WEBSERVER__API__ENDPOINT: `http://127.0.0.1:${port}`,
      BACKENDAI_WEBSERVER__SESSION__LOGIN_ALLOWED_FAIL_COUNT: '3',
    },
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  })
  role = await startWebserver({
    settings: config.webserver,
    cache: createMemoryCache({ clock: systemClock }),
    clock: systemClock,
    log: silentLogger,
    page: async (path) => (path === '/' ? new Response('page') : null),
  })
  base = role.endpoints.web ?? ''
})
afterAll(async () => {
  await role[Symbol.asyncDispose]()
  manager.server.closeAllConnections()
  manager.server.close()
})

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(base + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  })

async function login(): Promise<string> {
  const answer = await post('/server/login', { username: 'me@example.com', password: 'right' })
  expect(await answer.json()).toMatchObject({
    authenticated: true,
    data: { access_key: ACCESS, role: 'user' },
  })
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

describe('login', () => {
  test('sets a cookie of the documented name, knows it again, and forgets it', async () => {
    const cookie = await login()
    expect(cookie).toStartWith('AIOHTTP_SESSION=')
    const check = async () => (await post('/server/login-check', '', { cookie })).json()
    expect(await check()).toMatchObject({ authenticated: true, data: { access_key: ACCESS } })
    expect((await post('/server/logout', '', { cookie })).status).toBe(201)
    expect(await check()).toEqual({ authenticated: false, data: null, session_id: '' })
  })

  test('answers a wrong password with 200 and the details', async () => {
    const answer = await post('/server/login', { username: 'other@example.com', password: 'wrong' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ authenticated: false, data: { details: 'no match' } })
  })

  test('never shows the secret key', async () => {
    const answer = await post('/server/login', { username: 'me@example.com', password: 'right' })
    expect(await answer.text()).not.toContain(SECRET)
  })

  test.each([
    [{ username: '', password: 'x' }, 400],
    [{ username: 'a' }, 400],
    ['{', 400],
  ])('refuses the form %j with %i', async (body, status) => {
    const answer = await post('/server/login', body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  test('blocks a name after too many failures', async () => {
    const statuses = []
    for (let i = 0; i < 4; i++) {
      statuses.push((await post('/server/login', { username: 'block@me', password: 'wrong' })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429])
  })

  test('reads the encoded form of browsers', async () => {
    const iv = '0123456789abcdef'
    const key = `${Buffer.from(base).toString('base64')}${iv}${iv}`.slice(0, 32)
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    const text = JSON.stringify({ username: 'me@example.com', password: 'right' })
    const body = `${iv}:${cipher.update(text, 'utf8', 'base64')}${cipher.final('base64')}`
    const answer = await post('/server/login', body, { 'x-backendai-encoded': 'true' })
    expect(await answer.json()).toMatchObject({ authenticated: true })
    expect((await post('/server/login', 'garbage', { 'x-backendai-encoded': 'true' })).status).toBe(400)
  })
})

describe('/func', () => {
  test('gives the handshake to anybody and refuses the rest without login', async () => {
    expect(await (await fetch(`${base}/func/`)).json()).toEqual({ version: 'v7.20230615' })
    const refused = await fetch(`${base}/func/session/_/match`)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ type: 'https://api.backend.ai/probs/auth-failed' })
  })

  test('signs the raw target and passes bodies, also with GET', async () => {
    const cookie = await login()
    const target = '/session/a%2Fb?scope=*&x=%20y'
    const answer = await fetch(`${base}/func${target}`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { cookie, 'content-type': 'application/json; charset=utf-8' },
    })
    expect(await answer.json()).toEqual({ echo: '{"a":1}' })
    expect(manager.seen.at(-1)).toMatchObject({ target, signed: true })
    expect(await getWithBody(`${base}/func/folders`, '{"b":2}', cookie)).toContain('{\\"b\\":2}')
  })

  test('streams events as they come', async () => {
    const cookie = await login()
    const answer = await fetch(`${base}/func/events/session`, { headers: { cookie } })
    const reader = answer.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toContain('event: hi')
    await reader?.cancel()
  })

  test('relays WebSockets both ways, and only with a login', async () => {
    const cookie = await login()
    const url = `${base.replace('http', 'ws')}/func/stream/session/s/execute`
    const socket = new WebSocket(url, { headers: { cookie } } as never)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const echoed = new Promise((resolve) =>
      socket.addEventListener('message', (event) => resolve(event.data)),
    )
    socket.send('hello')
    expect(await echoed).toBe('hello')
    socket.close()
    const refused = new WebSocket(url)
    await new Promise((resolve) => refused.addEventListener('close', resolve))
    expect(refused.readyState).toBe(WebSocket.CLOSED)
  })
})

test('serves the page, and problems elsewhere', async () => {
  expect(await (await fetch(base)).text()).toBe('page')
  const missing = await fetch(`${base}/nothing/here`)
  expect(missing.status).toBe(404)
  expect(await missing.json()).toMatchObject({ data: '/nothing/here' })
})

/** fetch refuses a body with GET; the official client sends one. */
async function getWithBody(url: string, body: string, cookie: string): Promise<string> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'GET',
        headers: { cookie, 'content-length': body.length, 'content-type': 'application/json' },
      },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve(text)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
