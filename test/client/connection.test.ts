import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, type ClientOptions, createClient } from '../../src/client/client.ts'
import { ApiError, UnreachableError } from '../../src/client/errors.ts'
import { type Transport, TransportError } from '../../src/client/transport.ts'
import {
  ACCESS_KEY,
  json,
  problem,
  type ScriptedManager,
  SECRET_KEY,
  startScriptedManager,
} from './scripted-manager.ts'

let manager: ScriptedManager
const REFUSING = 'http://127.0.0.1:1'

const connect = (options: Partial<ClientOptions> = {}): Client =>
  createClient({
    endpoint: manager.endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    transport: createCliTransport(),
    sleep: async () => {},
    ...options,
  })

const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it must fail'),
    (error: unknown) => error,
  )

beforeEach(async () => {
  manager = await startScriptedManager()
})
afterEach(() => manager[Symbol.asyncDispose]())

describe('signing', () => {
  test('the server accepts what was signed, odd names and queries included', async () => {
    manager.on('GET /session/a b%/ä', () => json({ status: 'RUNNING' }))
    manager.on('GET /session/*', ({ path }) => json({ path }))
    const client = connect()
    const info = await client.sessions.info("it's (a) *name* ä+%", { ownerAccessKey: "o'wner&=+ *" })
    expect(info).toEqual({ path: "/session/it's (a) *name* ä+%" })
    const request = manager.requests.at(-1)
    expect(request?.isSigned).toBe(true)
    expect(request?.query.get('owner_access_key')).toBe("o'wner&=+ *")
  })

  test('the handshake is anonymous and happens once', async () => {
    manager.on('GET /resource/presets', () => json({ presets: [] }))
    const client = connect()
    await client.resources.presets()
    await client.resources.presets()
    const handshakes = manager.requestsOf('GET /')
    expect(handshakes).toHaveLength(1)
    expect(handshakes[0]?.headers.authorization).toBeUndefined()
    expect(handshakes[0]?.headers['x-backendai-version']).toBeUndefined()
  })

  test('an older server gets its own version', async () => {
    const older = withVersion('v6.20220615')
    await connect({ transport: older.transport }).resources.presets()
    expect(older.seen.at(-1)?.['X-BackendAI-Version']).toBe('v6.20220615')
  })

  test('a wrong secret is an ApiError of its kind', async () => {
    const error = await failureOf(connect({ secretKey: 'wrong' }).resources.presets())
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 401, kind: 'auth-failed' })
  })

  test('browsers can send the other date header', async () => {
    const { transport, seen } = withVersion('v7.20230615')
    await connect({ transport, dateHeader: 'X-BackendAI-Date' }).resources.presets()
    expect(seen.at(-1)).toHaveProperty('X-BackendAI-Date')
    expect(seen.at(-1)).not.toHaveProperty('Date')
  })

  test('a webserver session is neither signed nor addressed directly', async () => {
    const { transport, urls, seen } = withVersion('v7.20230615')
    await connect({ transport, endpointType: 'session' }).resources.presets()
    expect(urls.map((url) => new URL(url).pathname)).toEqual(['/func/', '/func/resource/presets'])
    expect(seen.at(-1)).not.toHaveProperty('Authorization')
  })

  test('dot segments are no names', async () => {
    expect(await failureOf(connect().sessions.destroy('..'))).toBeInstanceOf(RangeError)
    expect(manager.requestsOf('DELETE /*')).toHaveLength(0)
  })
})

/** A transport that answers everything itself. */
function withVersion(version: string): {
  transport: Transport
  seen: Record<string, string>[]
  urls: string[]
} {
  const seen: Record<string, string>[] = []
  const urls: string[] = []
  const fetch: Transport['fetch'] = async ({ headers, url }) => {
    seen.push(headers)
    urls.push(url)
    return json(/\/(func\/)?$/.test(new URL(url).pathname) ? { version } : { presets: [] })
  }
  return { transport: { fetch, connect: () => expect.unreachable('no socket') }, seen, urls }
}

describe('errors', () => {
  test('carry the problem document', async () => {
    const data = { existingSessionId: 'x' }
    manager.on('POST /session', () =>
      problem(400, 'session-already-exists', 'The session already exists.', { msg: 'Other image.', data }),
    )
    const error = await failureOf(connect().sessions.getOrCreate({ image: 'python' }))
    expect(error).toMatchObject({
      status: 400,
      kind: 'session-already-exists',
      title: 'The session already exists.',
      msg: 'Other image.',
      data,
    })
  })

  test('quote a body that is no problem document', async () => {
    manager.on('GET /resource/presets', () => new Response('<h1>Proxy</h1> is sad', { status: 404 }))
    const error = await failureOf(connect().resources.presets())
    expect(error).toMatchObject({ status: 404, msg: 'Proxy is sad' })
  })

  test('an answer that should be JSON says what else it may be', async () => {
    manager.on('GET /resource/presets', () => new Response('<html>'))
    const error = await failureOf(connect().resources.presets())
    expect(String(error)).toContain('a Backend.AI manager?')
  })

  test('GraphQL errors are errors', async () => {
    manager.on('POST /admin/gql', () => json({ errors: [{ message: 'no such field', path: ['x'] }] }))
    const error = await failureOf(connect().graphql.query('{ x }'))
    expect(error).toMatchObject({ kind: 'graphql-error', msg: 'no such field' })
  })
})

describe('fail-over and retries', () => {
  test('the next endpoint answers when the first refuses, and stays preferred', async () => {
    manager.on('POST /session/*/rename', () => new Response(null, { status: 204 }))
    const asked: string[] = []
    const real = createCliTransport()
    const transport: Transport = {
      ...real,
      fetch: (request) => {
        asked.push(new URL(request.url).host)
        return real.fetch(request)
      },
    }
    const client = connect({ endpoints: [REFUSING, manager.endpoint], transport })
    await client.sessions.rename('abcd', 'efgh')
    await client.sessions.rename('abcd', 'efgh')
    expect(asked.filter((host) => host === '127.0.0.1:1')).toHaveLength(1)
  })

  test('nobody answers: the error names every endpoint', async () => {
    const endpoints = [REFUSING, 'http://127.0.0.1:2']
    const error = await failureOf(connect({ endpoints }).resources.presets())
    expect(error).toBeInstanceOf(UnreachableError)
    expect(error).toMatchObject({ endpoints, code: 'ECONNREFUSED' })
  })

  test('a request that may be repeated is, after 503', async () => {
    let count = 0
    manager.on('GET /resource/presets', () => {
      count += 1
      return count === 1 ? problem(503, 'service-unavailable', 'Wait.') : json({ presets: [] })
    })
    expect(await connect().resources.presets()).toEqual([])
    expect(count).toBe(2)
  })

  test('a request that may have been done is not repeated', async () => {
    manager.on('POST /session/*/rename', () => problem(503, 'service-unavailable', 'Wait.'))
    await failureOf(connect().sessions.rename('abcd', 'efgh'))
    expect(manager.requestsOf('POST /session/*/rename')).toHaveLength(1)
  })

  test('a lost POST is not repeated, a lost GET is', async () => {
    const calls: string[] = []
    const real = createCliTransport()
    const transport: Transport = {
      ...real,
      fetch: async (request) => {
        if (new URL(request.url).pathname === '/') return real.fetch(request)
        calls.push(request.method)
        throw new TransportError('the connection was closed', { code: 'ECONNRESET', maybeSent: true })
      },
    }
    const client = connect({ transport })
    await failureOf(client.sessions.rename('abcd', 'efgh'))
    await failureOf(client.sessions.info('abcd'))
    expect(calls).toEqual(['POST', 'GET', 'GET'])
  })

  test('creating a session is safe to repeat: both attempts carry one token', async () => {
    manager.on('POST /session', () => problem(503, 'service-unavailable', 'Wait.'))
    await failureOf(connect().sessions.getOrCreate({ image: 'python' }))
    const tokens = manager
      .requestsOf('POST /session')
      .map(({ headers }) => headers['x-backendai-client-token'])
    expect(tokens).toHaveLength(2)
    expect(tokens[0]).toBe(tokens[1])
    expect(tokens[0]).toMatch(/^[0-9a-f]{32}$/)
  })

  test('an endpoint that is no URL is refused at once', () => {
    expect(() => connect({ endpoint: 'localhost:8081' })).toThrow('no URL such as http://')
  })
})
