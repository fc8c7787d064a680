import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import {
  authorizationHeader,
  signingDay,
  signingKey,
  stringToSign,
  toHex,
} from '../../../src/api/signature.ts'
import type { AnswerRecord } from '../../../src/manager/api/coverage.ts'
import { type BackendName, type Shape, type ShapeName, startShape } from '../../harness/shapes.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { type RawAnswer, type RawRequest, rawRequest } from '../raw-request.ts'

export interface Keys {
  accessKey: string
  secretKey: string
}
export interface Person extends Keys {
  uuid: string
  email: string
  password: string
}

/** A cluster whose manager writes down what it answers, with people of every role. */
export interface Live extends AsyncDisposable {
  readonly shape: Shape
  readonly admin: Keys
  readonly domainAdmin: Person
  readonly member: Person
  readonly friend: Person
  readonly group: string
  ask(as: Keys | null, method: string, target: string, more?: Partial<RawRequest>): Promise<RawAnswer>
  /** @throws Error with what GraphQL complains about */
  graphql<T>(query: string, variables?: object, as?: Keys): Promise<T>
  /** What an event stream says until it matches. */
  hear(as: Keys, target: string, pattern: RegExp): Promise<string>
  openSocket(as: Keys, target: string): Promise<WebSocket>
  /** What the manager wrote so far. */
  answers(): AnswerRecord[]
}

const hmac = (key: string | Uint8Array, data: string): Uint8Array =>
  createHmac('sha256', key).update(data).digest()

const CREATE_USER = `mutation($email: String!, $props: UserInput!) {
  create_user(email: $email, props: $props) { ok msg user { uuid } }
}`

/** `env` goes to the process that plays the manager, which in `up` plays every role. */
export async function startLive(
  name: ShapeName,
  backend: BackendName,
  env: Record<string, string> = {},
): Promise<Live> {
  await using stack = new AsyncDisposableStack()
  const files = tempDirectory('answers')
  stack.defer(() => files[Symbol.dispose]())
  const record = files.at('answers.jsonl')
  const shape = stack.use(await startShape(name, { backend, env: { BACKENDAI_COVERAGE: record, ...env } }))
  const admin = { accessKey: shape.accessKey, secretKey: shape.secretKey }

  const ask: Live['ask'] = (as, method, target, more = {}) => {
    const headers = as === null ? { Authorization: null, ...more.headers } : more.headers
    return rawRequest(shape, { method, target, ...more, ...as, ...(headers ? { headers } : {}) })
  }
  const hear: Live['hear'] = async (as, target, leaveAfter) =>
    (await ask(as, 'GET', target, { leaveAfter, limitMs: 60_000 })).text
  const graphql = async <T>(query: string, variables: object = {}, as: Keys = admin): Promise<T> => {
    const { json, text } = await ask(as, 'POST', '/admin/gql', { body: { query, variables } })
    if (json.errors || !json.data) throw new Error(`${query}\n${text}`)
    return json.data as T
  }
  const { groups } = await graphql<{ groups: { id: string; name: string }[] }>('{ groups { id name } }')
  const group = groups.find((one) => one.name === 'default')?.id ?? ''

  const person = async (local: string, role: string): Promise<Person> => {
    const email = `${local}@example.org`
    const password = `password-of-${local}`
    const props = {
      username: local,
      password,
      full_name: local,
      need_password_change: false,
      role,
      domain_name: 'default',
      group_ids: [group],
    }
    const { create_user: made } = await graphql<{
      create_user: { ok: boolean; msg: string; user: { uuid: string } }
    }>(CREATE_USER, { email, props })
    if (!made.ok) throw new Error(made.msg)
    type Pair = { access_key: string; secret_key: string }
    const { keypairs } = await graphql<{ keypairs: Pair[] }>(
      'query($email: String) { keypairs(email: $email) { access_key secret_key } }',
      { email },
    )
    const [pair] = keypairs
    return {
      uuid: made.user.uuid,
      email,
      password,
      accessKey: pair?.access_key ?? '',
      secretKey: pair?.secret_key ?? '',
    }
  }
  const domainAdmin = await person('head', 'admin')
  const member = await person('member', 'user')
  const friend = await person('friend', 'user')

  const openSocket: Live['openSocket'] = (as, target) => {
    const { host } = new URL(shape.endpoint)
    const date = new Date().toISOString()
    const version = 'v6.20220615'
    // Without a content type this one is signed.
    const contentType = 'application/octet-stream'
    const key = signingKey(hmac, as.secretKey, signingDay(date) ?? '', host)
    const signature = toHex(
      hmac(key, stringToSign({ method: 'GET', target, date, host, contentType, version })),
    )
    const headers = {
      Date: date,
      'X-BackendAI-Version': version,
      Authorization: authorizationHeader(as.accessKey, signature),
    }
    const socket = new WebSocket(`${shape.endpoint.replace(/^http/, 'ws')}${target}`, { headers })
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket))
      socket.once('error', reject)
      socket.once('unexpected-response', (_, answer) => reject(new Error(`${target}: ${answer.statusCode}`)))
    })
  }

  const answers = (): AnswerRecord[] =>
    readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  const owned = stack.move()
  return {
    shape,
    admin,
    domainAdmin,
    member,
    friend,
    group,
    ask,
    graphql,
    hear,
    openSocket,
    answers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
