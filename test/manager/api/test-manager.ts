import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { WebSocket } from 'ws'
import {
  authorizationHeader,
  signingDay,
  signingKey,
  stringToSign,
  toHex,
} from '../../../src/api/signature.ts'
import { createMemoryCache } from '../../../src/cache/drivers/memory.ts'
import { openSqliteStore } from '../../../src/db/drivers/sqlite.ts'
import { createOutboxRelay } from '../../../src/db/relay.ts'
import { createSharedConfig } from '../../../src/db/shared-config.ts'
import type { Store } from '../../../src/db/store.ts'
import { eventKinds } from '../../../src/events/catalog/index.ts'
import { createMemoryBus } from '../../../src/events/drivers/memory.ts'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { serveHttp } from '../../../src/lib/http/serve.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { createManagerApi } from '../../../src/manager/api/manager-api.ts'
import type { Route } from '../../../src/manager/api/route.ts'
import type { ManagerPorts } from '../../../src/manager/context.ts'
import { bootstrapCluster } from '../../../src/manager/services/bootstrap.ts'
import {
  createManagerPlugins,
  type ManagerPluginOptions,
} from '../../../src/manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../../../src/manager/storage/http-storage-hosts.ts'
import type { AgentLink } from '../../../src/wire/agent-link.ts'

export interface Keys {
  accessKey: string
  secretKey: string
}
export const ADMIN = {
  email: 'admin@default',
  password: 'first-password',
  accessKey: 'AKIAADMINADMINADMIN1',
  secretKey: 'admin-secret-admin-secret-admin-secret-1',
}
export const USER = {
  email: 'user@default',
  accessKey: 'AKIAUSERUSERUSERUSE1',
  secretKey: 'user-secret-user-secret-user-secret-1234',
  uuid: '11111111-1111-4111-8111-111111111111',
}

export interface Got {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: Record<string, unknown>
}

export interface CallOptions {
  /** Null: unsigned. Default ADMIN. */
  as?: Keys | null
  body?: unknown
  /** Sent as it is, instead of `body`. */
  rawBody?: string
  headers?: Record<string, string>
  date?: string
}

const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest()

/** An agent link without agents. */
const noAgents: AgentLink = {
  listen: async () => {},
  connected: () => [],
  call: () => Promise.reject(new Error('no agent')),
  openStream: () => Promise.reject(new Error('no agent')),
  [Symbol.asyncDispose]: async () => {},
}

/** A manager's API in this process over the embedded drivers, with an administrator and a user. */
export async function startTestManager(
  options: {
    routes?: (ports: ManagerPorts) => Promise<readonly Route[]> | readonly Route[]
    clock?: Clock
    anonymousRateLimit?: number
    plugins?: ManagerPluginOptions
    /** Default: SQLite in memory. */
    store?: () => Promise<Store>
  } = {},
) {
  const clock = options.clock ?? systemClock
  const log = silentLogger
  await using stack = new AsyncDisposableStack()
  const openStore = options.store ?? (() => openSqliteStore({ path: ':memory:', clock, log }))
  const store = stack.use(await openStore())
  const bus = stack.use(createMemoryBus({ clock, log }))
  const cache = stack.use(createMemoryCache({ clock }))
  const config = createSharedConfig(store)
  stack.use(createOutboxRelay({ store, bus, kinds: eventKinds, clock, log }))
  await bootstrapCluster(store, { admin: ADMIN }, { now: () => clock.now() })
  const ports: ManagerPorts = {
    managerId: 'i-test',
    store,
    bus,
    cache,
    config,
    agents: noAgents,
    storage: createHttpStorageHosts({ config: config, log }),
    schedulers: [],
    plugins: createManagerPlugins({ store, config, clock, log }, options.plugins ?? {}),
    clock,
    log,
  }
  await addUser(ports)

  const endedAll: number[] = []
  const api = stack.use(
    await createManagerApi({
      ports,
      routes: (await options.routes?.(ports)) ?? [],
      serviceAddress: () => '127.0.0.1:0',
      endAllSessions: async () => {
        endedAll.push(clock.now())
      },
      ...(options.anonymousRateLimit === undefined ? {} : { anonymousRateLimit: options.anonymousRateLimit }),
    }),
  )
  const serving = stack.use(
    await serveHttp({ fetch: api.fetch, host: '127.0.0.1', port: 0, maxBodyBytes: 1 << 20, graceMs: 100 }),
  )
  const owned = stack.move()
  const host = `127.0.0.1:${serving.port}`

  async function call(method: string, target: string, given: CallOptions = {}): Promise<Got> {
    const keys = given.as === undefined ? ADMIN : given.as
    const body = given.rawBody ?? (given.body === undefined ? undefined : JSON.stringify(given.body))
    const version = given.headers?.['x-backendai-version'] ?? 'v6.20220615'
    const contentType =
      given.headers?.['content-type'] ?? (body === undefined ? 'text/plain' : 'application/json')
    const date = given.date ?? new Date(clock.now()).toISOString()
    const text = stringToSign({ method, target, date, host, contentType, version })
    const key = keys && signingKey(hmac, keys.secretKey, signingDay(date) ?? '', host)
    return await send(serving.port, method, target, body, {
      date,
      'content-type': contentType,
      'x-backendai-version': version,
      ...(keys && key ? { authorization: authorizationHeader(keys.accessKey, toHex(hmac(key, text))) } : {}),
      ...given.headers,
    })
  }

  /** A WebSocket, once it is open. */
  async function connect(target: string, keys: Keys = ADMIN): Promise<WebSocket> {
    const date = new Date(clock.now()).toISOString()
    const version = 'v6.20220615'
    const contentType = 'application/octet-stream'
    const text = stringToSign({ method: 'GET', target, date, host, contentType, version })
    const signature = toHex(hmac(signingKey(hmac, keys.secretKey, signingDay(date) ?? '', host), text))
    const socket = new WebSocket(`ws://${host}${target}`, {
      headers: {
        date,
        'content-type': contentType,
        'x-backendai-version': version,
        authorization: authorizationHeader(keys.accessKey, signature),
      },
    })
    await once(socket, 'open')
    return socket
  }
  return {
    call,
    connect,
    ports,
    port: serving.port,
    endedAll,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function send(
  port: number,
  method: string,
  path: string,
  body: string | undefined,
  headers: Record<string, string>,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = /json/.test(incoming.headers['content-type'] ?? '') && text !== ''
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: isJson ? JSON.parse(text) : {},
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function addUser({ store, clock }: ManagerPorts): Promise<void> {
  const { users, keypairs, groups, groupMembers } = store.tables
  const at = new Date(clock.now())
  const dates = { createdAt: at, modifiedAt: at }
  const [project] = await store.db.select().from(groups)
  await store.tx(async (tx) => {
    await tx.insert(users).values({
      uuid: USER.uuid,
      username: 'user',
      email: USER.email,
      domainName: 'default',
      resourcePolicy: 'default',
      mainAccessKey: USER.accessKey,
      ...dates,
    })
    await tx.insert(keypairs).values({
      accessKey: USER.accessKey,
      secretKey: USER.secretKey,
      userId: USER.email,
      user: USER.uuid,
      resourcePolicy: 'default',
      rateLimit: 1000,
      dotfiles: [],
      ...dates,
    })
    await tx.insert(groupMembers).values({ id: randomUUID(), userId: USER.uuid, groupId: project?.id ?? '' })
  })
}
