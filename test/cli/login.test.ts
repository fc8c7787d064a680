/** Session mode: against a webserver whose answers are scripted, with real cookies. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

let server: http.Server
let endpoint: string
let home: string
/** `POST /server/login cookie?`: every request. */
let seen: string[]
let needsOtp: boolean

const ACCOUNT = { access_key: 'AKUSER', role: 'user', status: 'active' }

beforeEach(async () => {
  seen = []
  needsOtp = false
  home = mkdtempSync(join(tmpdir(), 'cli-login-'))
  server = http.createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const isIn = /AIOHTTP_SESSION=secret/.test(request.headers.cookie ?? '')
    seen.push(`${request.method} ${request.url}${isIn ? ' (in)' : ''}`)
    expect(request.headers.authorization).toBeUndefined()
    const reply = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value))
    const refuse = (details: string) =>
      reply(200, { authenticated: false, data: { type: 't', title: 'No', details } })
    if (request.url === '/func/') return reply(200, { version: 'v7.20230615', manager: '23.09.11' })
    if (request.url === '/server/login-check')
      return reply(200, { authenticated: isIn, data: isIn ? ACCOUNT : null })
    if (request.url === '/server/login') {
      if (body.password !== 'right') return refuse('User credential mismatch.')
      if (needsOtp && body.otp === undefined) return refuse('OTP not provided')
      if (needsOtp && body.otp !== '123456') return refuse('Invalid OTP')
      const cookie = 'AIOHTTP_SESSION=secret; Path=/; HttpOnly'
      return reply(200, { authenticated: true, data: ACCOUNT }, { 'set-cookie': cookie })
    }
    if (request.url === '/server/logout') {
      return reply(201, null, { 'set-cookie': 'AIOHTTP_SESSION=; Path=/; Max-Age=0' })
    }
    const problem = { type: 'https://api.backend.ai/probs/auth-failed', title: 'Unauthorized' }
    if (!isIn) return reply(401, problem)
    if (request.url === '/func/auth/update-password') return reply(200, {})
    return reply(200, {
      data: { compute_session_list: { items: [], total_count: 0 } },
      variables: body.variables,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(home, { recursive: true })
})

async function cli(args: string[], options: TestIoOptions = {}) {
  const env = { BACKEND_ENDPOINT: endpoint, BACKEND_ENDPOINT_TYPE: 'session' }
  const io = testIo({ env, home, ...options })
  return { code: await runCli(args, io), ...io.out }
}

const store = () => join(home, '.local/state/backend.ai/logins.json')

test('login, work, logout', async () => {
  const before = await cli(['ps'])
  expect([before.code, before.stderr]).toEqual([2, expect.stringContaining('"backend.ai login"')])
  const login = await cli(['login'], { input: ['me@x', 'right'] })
  expect([login.code, login.stderr]).toEqual([0, expect.stringContaining('as me@x (user)')])
  expect(statSync(store()).mode & 0o777).toBe(0o600)
  expect((await cli(['ps'])).code).toBe(0)
  expect(seen).toContain('POST /func/admin/gql (in)')
  expect((await cli(['update-password', 'a', 'b', 'b'])).code).toBe(0)
  expect((await cli(['update-password', 'a', 'b', 'c'])).code).toBe(2)
  const again = await cli(['login'], { input: ['me@x', 'right'] })
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('already')])
  expect((await cli(['logout'])).code).toBe(0)
  expect(existsSync(store())).toBe(false)
  expect((await cli(['ps'])).code).toBe(2)
})

test('a wrong password is refused in the words of the server, and nothing is kept', async () => {
  const result = await cli(['login', '-u', 'me@x'], { input: ['wrong'] })
  expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('User credential mismatch.')])
  expect(existsSync(store())).toBe(false)
  expect((await cli(['login', '-u', 'me@x'])).code).toBe(2)
})

test('a one-time password is asked for where the account has one', async () => {
  needsOtp = true
  const wrong = await cli(['login', '-u', 'me@x'], { input: ['right', '000000'] })
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Invalid OTP')])
  expect((await cli(['login', '-u', 'me@x', '--json'], { input: ['right', '123456'] })).code).toBe(0)
  expect(JSON.parse(readFileSync(store(), 'utf8'))).toEqual({
    [endpoint]: { cookies: { AIOHTTP_SESSION: 'secret' }, accessKey: 'AKUSER' },
  })
})

test('cookies go to their own webserver only', async () => {
  await cli(['login', '-u', 'me@x'], { input: ['right'] })
  const env = {
    BACKEND_ENDPOINT: endpoint.replace('127.0.0.1', 'localhost'),
    BACKEND_ENDPOINT_TYPE: 'session',
  }
  expect((await cli(['ps'], { env })).code).toBe(2)
})

test('a login that has ended says what to do', async () => {
  await cli(['login', '-u', 'me@x'], { input: ['right'] })
  const text = readFileSync(store(), 'utf8').replace('secret', 'stale')
  await Bun.write(store(), text)
  const result = await cli(['ps'])
  expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('Your login has ended')])
})

test('a manager has no logins', async () => {
  const env = { BACKEND_ENDPOINT: endpoint, BACKEND_ACCESS_KEY: 'a', BACKEND_SECRET_KEY: 'b' }
  expect((await cli(['login'], { env })).code).toBe(2)
  expect((await cli(['logout'], { env })).code).toBe(2)
  expect((await cli(['proxy'], {})).code).toBe(2)
})
