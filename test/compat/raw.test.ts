/** Bad input of every kind, by raw signed requests: the documented status and problem body. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { runProduct } from '../harness/product.ts'
import { type Shape, type ShapeName, startShape } from '../harness/shapes.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { multipartOf, type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts'

const SHAPES: ShapeName[] = ['up', 'cluster']
/** Room for a build. */
const START_MS = 240_000
const MIB = 1024 * 1024

const get = (target: string, more: Partial<RawRequest> = {}): RawRequest => ({
  method: 'GET',
  target,
  ...more,
})
const post = (target: string, body?: unknown, more: Partial<RawRequest> = {}): RawRequest => ({
  method: 'POST',
  target,
  ...(body === undefined ? {} : { body }),
  ...more,
})
const session = (more: object = {}): RawRequest =>
  post('/session', { image: 'python', name: 'never-made', enqueueOnly: true, ...more })
const resources = (slots: object): RawRequest => session({ config: { resources: slots } })
const files = (path: unknown): RawRequest => get('/session/raw-life/files', { body: { path } })
const download = (...paths: string[]): RawRequest =>
  get('/session/raw-life/download', { body: { files: paths } })
const upload = (...parts: { name: string; content: string | Uint8Array }[]): RawRequest => {
  const { body, contentType } = multipartOf(parts)
  return post('/session/raw-life/upload', body, { contentType })
}
const many = (count: number, content: string | Uint8Array) =>
  Array.from({ length: count }, (_, index) => ({ name: `many-${index}`, content }))
const run = (body: object): RawRequest => post('/session/raw-life', body)

type Case = [what: string, request: RawRequest, status: number, kind: string]

const AUTHENTICATION: Case[] = [
  ['a wrong secret', get('/auth/test?echo=x', { secretKey: 'wrong' }), 401, 'auth-failed'],
  ['an unknown access key', get('/auth/test?echo=x', { accessKey: 'AKIANOBODY' }), 401, 'auth-failed'],
  ['no signature', get('/session/raw-life', { headers: { Authorization: null } }), 401, 'auth-failed'],
  [
    'another scheme',
    get('/session/raw-life', { headers: { Authorization: 'Basic eHg6eHg=' } }),
    400,
    'invalid-auth-params',
  ],
  [
    'a malformed signature',
    get('/session/raw-life', { headers: { Authorization: 'BackendAI nonsense' } }),
    400,
    'invalid-auth-params',
  ],
  ['a clock 16 minutes late', get('/session/raw-life', { skewMinutes: -16 }), 400, 'invalid-auth-params'],
  ['a clock 16 minutes early', get('/session/raw-life', { skewMinutes: 16 }), 400, 'invalid-auth-params'],
  ['no date', get('/session/raw-life', { headers: { Date: null } }), 400, 'invalid-auth-params'],
  [
    'a date that is none',
    get('/session/raw-life', { headers: { Date: 'yesterday' } }),
    400,
    'invalid-auth-params',
  ],
  [
    'a target other than the signed one',
    get('/session/raw-life', { headers: { 'Content-Type': 'application/json' } }),
    401,
    'auth-failed',
  ],
  [
    'an unsupported version',
    get('/session/raw-life', { version: 'v3.20170215' }),
    400,
    'generic-bad-request',
  ],
  ['a version that is none', get('/session/raw-life', { version: 'latest' }), 400, 'generic-bad-request'],
]

const ROUTES: Case[] = [
  ['an unknown path', get('/no/such/path'), 404, 'url-not-found'],
  ['a path with dots', get('/session/../../etc/passwd'), 404, 'url-not-found'],
  ['a wrong method', { method: 'PUT', target: '/session' }, 405, 'method-not-allowed'],
  ['an unknown session', get('/session/nobody-knows-it'), 404, 'object-not-found'],
  [
    'an unknown session identifier',
    get('/session/00000000-0000-4000-8000-000000000000'),
    404,
    'object-not-found',
  ],
  ['logs of an unknown session', get('/session/nobody-knows-it/logs'), 404, 'object-not-found'],
  [
    'the end of an unknown session',
    { method: 'DELETE', target: '/session/nobody-knows-it' },
    404,
    'object-not-found',
  ],
  [
    'code for an unknown session',
    post('/session/nobody-knows-it', { mode: 'query', code: '1', runId: null }),
    404,
    'object-not-found',
  ],
  [
    'an unknown background task',
    get('/events/background-task?task_id=00000000-0000-4000-8000-000000000000'),
    404,
    'object-not-found',
  ],
]

const BODIES: Case[] = [
  ['malformed JSON', post('/session', '{"image": "python"'), 400, 'invalid-api-params'],
  ['JSON that is no object', post('/session', '[1, 2]'), 400, 'invalid-api-params'],
  ['an empty object', post('/session', {}), 400, 'invalid-api-params'],
  [
    'a body over the limit',
    post('/session', `{"image": "${'x'.repeat(17 * MIB)}"}`),
    413,
    'request-too-large',
  ],
]

const SESSIONS: Case[] = [
  ['an unknown image', session({ image: 'nobody/made-it:ever' }), 404, 'object-not-found'],
  ['an image of a wrong type', session({ image: 7 }), 400, 'invalid-api-params'],
  ['an unknown slot', resources({ cpu: 1, mem: '256m', 'nonsense.device': 1 }), 400, 'invalid-api-params'],
  ['a malformed amount', resources({ cpu: 1, mem: 'plenty' }), 400, 'invalid-api-params'],
  ['a negative amount', resources({ cpu: -1, mem: '256m' }), 400, 'invalid-api-params'],
  ['less than the image needs', resources({ cpu: 1, mem: '1m' }), 400, 'invalid-api-params'],
  ['a name of one letter', session({ name: 'x' }), 400, 'invalid-api-params'],
  ['a name of 65 letters', session({ name: 'x'.repeat(65) }), 400, 'invalid-api-params'],
  ['a name with a slash', session({ name: 'one/two' }), 400, 'invalid-api-params'],
  ['a name with dots for a path', session({ name: '../../name' }), 400, 'invalid-api-params'],
  ['a taken name', session({ name: 'raw-life', reuseIfExists: false }), 400, 'session-already-exists'],
  [
    'a taken name, another image',
    session({ name: 'raw-life', image: 'javascript' }),
    400,
    'session-already-exists',
  ],
  ['a cluster of none', session({ clusterSize: 0 }), 400, 'invalid-api-params'],
  ['an unknown kind', session({ type: 'nonsense' }), 400, 'invalid-api-params'],
  ['an unknown cluster mode', session({ clusterMode: 'nonsense' }), 400, 'invalid-api-params'],
  ['an unknown group', session({ group: 'nobody' }), 400, 'invalid-api-params'],
  ['an unknown domain', session({ domain: 'nowhere' }), 400, 'invalid-api-params'],
  ['an unknown resource group', session({ config: { scalingGroup: 'nowhere' } }), 404, 'object-not-found'],
  ['an unknown dependency', session({ dependencies: ['no-such-session'] }), 400, 'invalid-api-params'],
  ['a rename to a taken name', post('/session/raw-life/rename?name=raw-other'), 400, 'invalid-api-params'],
  ['a rename to nothing', post('/session/raw-life/rename'), 400, 'invalid-api-params'],
]

const EXECUTION: Case[] = [
  ['an unknown mode', run({ mode: 'nonsense', code: '', runId: null }), 400, 'invalid-api-params'],
  ['a continuation of nothing', run({ mode: 'continue', code: '', runId: null }), 400, 'invalid-api-params'],
  ['input for nothing', run({ mode: 'input', code: 'x', runId: null }), 400, 'invalid-api-params'],
  ['code that is a number', run({ mode: 'query', code: 5, runId: null }), 400, 'invalid-api-params'],
]

const FILES: Case[] = [
  ['a listing above the home folder', files('../..'), 400, 'invalid-api-params'],
  ['a listing of the root', files('/etc'), 400, 'invalid-api-params'],
  ['a listing with a null character', files('a\0b'), 400, 'invalid-api-params'],
  ['a download from above', download('../../etc/passwd'), 400, 'invalid-api-params'],
  ['a download from the root', download('/etc/passwd'), 400, 'invalid-api-params'],
  ['a download through a link', download('link-to-etc/passwd'), 400, 'invalid-api-params'],
  ['a download of what is not there', download('no-such-file'), 400, 'generic-bad-request'],
  ['six downloads at once', download('1', '2', '3', '4', '5', '6'), 400, 'invalid-api-params'],
  ['no downloads', download(), 400, 'invalid-api-params'],
  [
    'an upload above the home folder',
    upload({ name: '../../evil', content: 'x' }),
    400,
    'invalid-api-params',
  ],
  ['an encoded one', upload({ name: '..%2F..%2Fevil', content: 'x' }), 400, 'invalid-api-params'],
  ['an upload to the root', upload({ name: '/etc/evil', content: 'x' }), 400, 'invalid-api-params'],
  ['an upload through a link', upload({ name: 'link-to-etc/evil', content: 'x' }), 400, 'invalid-api-params'],
  [
    'an upload over 1 MiB',
    upload({ name: 'big', content: new Uint8Array(MIB + 1) }),
    400,
    'invalid-api-params',
  ],
  ['21 uploads', upload(...many(21, 'x')), 400, 'invalid-api-params'],
  ['no uploads', upload(), 400, 'invalid-api-params'],
  [
    'an upload that is no form',
    post('/session/raw-life/upload', 'plain', { contentType: 'text/plain' }),
    400,
    'invalid-api-params',
  ],
]

describe.each(SHAPES)('%s', (name) => {
  let shape: Shape
  let home: TempDirectory
  const send = (request: RawRequest): Promise<RawAnswer> => rawRequest(shape, request)

  beforeAll(async () => {
    home = tempDirectory('raw')
    shape = await startShape(name, { backend: 'process' })
    for (const made of ['raw-life', 'raw-other']) {
      const answer = await send(
        post('/session', { image: 'python', name: made, config: { resources: { cpu: 1, mem: '128m' } } }),
      )
      expect(answer).toMatchObject({ status: 201, json: { status: 'RUNNING', created: true } })
    }
    const link = await send(
      run({ mode: 'query', code: 'import os; os.symlink("/etc", "link-to-etc")', runId: null }),
    )
    expect(link.json).toMatchObject({ result: { exitCode: 0 } })
  }, START_MS)

  afterAll(async () => {
    await shape[Symbol.asyncDispose]()
    home[Symbol.dispose]()
  }, START_MS)

  test.each([...AUTHENTICATION, ...ROUTES, ...BODIES, ...SESSIONS, ...EXECUTION, ...FILES])(
    '%s',
    async (_, request, status, kind) => {
      const { status: answered, headers, json } = await send(request)
      expect({ status: answered, kind: json.error_code, msg: json.msg ?? json.title }).toEqual({
        status,
        kind,
        msg: expect.any(String),
      })
      expect(headers['content-type']).toStartWith('application/problem+json')
      expect(json.type).toBe(`https://api.backend.ai/probs/${kind}`)
      expect(json.title).toEqual(expect.any(String))
      expect(headers.server).toBe('BackendAI')
    },
  )

  test('a clock 14 minutes off is accepted, either way', async () => {
    for (const skewMinutes of [-14, 14]) {
      expect(await send(get('/session/raw-life', { skewMinutes }))).toMatchObject({ status: 200 })
    }
  })

  test('an unknown path is named, a taken name says who has it', async () => {
    expect((await send(get('/no/such/path'))).json.data).toBe('/no/such/path')
    const { json } = await send(session({ name: 'raw-life', reuseIfExists: false }))
    const [{ id }] = (await send(get('/session/_/match?id=raw-life'))).json.matches as [{ id: string }]
    expect(json.data).toMatchObject({ existingSessionId: id })
  })

  test('twenty uploads of exactly 1 MiB are accepted, and are whole', async () => {
    const content = new Uint8Array(MIB).fill(65)
    expect(await send(upload(...many(20, content)))).toMatchObject({ status: 204 })
    const { json } = await send(files('.'))
    const sizes = (json.items as { filename: string; size: number }[])
      .filter(({ filename }) => filename.startsWith('many-'))
      .map(({ size }) => size)
    expect(sizes).toEqual(Array.from({ length: 20 }, () => MIB))
  })

  test('GraphQL errors come beside the data', async () => {
    for (const query of ['query {', '{ nonsense }']) {
      const answer = await send(post('/admin/gql', { query, variables: {} }))
      expect(answer).toMatchObject({ status: 200, json: { errors: [{ message: expect.any(String) }] } })
    }
  })

  test('more than the policy allows', async () => {
    const fixture = home.at('policy.json')
    const policy = { name: 'default', total_resource_slots: { cpu: '1', mem: '512m' } }
    writeFileSync(fixture, JSON.stringify({ __mode: 'update', keypair_resource_policies: [policy] }))
    const populated = await runProduct(['mgr', 'fixture', 'populate', fixture, '--data', shape.dataDir])
    expect({ code: populated.code, stderr: populated.stderr }).toEqual({ code: 0, stderr: '' })
    for (const asked of [
      { cpu: 2, mem: '128m' },
      { cpu: 1, mem: '1g' },
    ]) {
      const { status, json } = await send(resources(asked))
      expect({ status, kind: json.error_code }).toEqual({ status: 412, kind: 'quota-exceeded' })
      expect(json.msg).toContain('your keypair')
    }
  })
})
