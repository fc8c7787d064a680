import { join } from 'node:path'
import type { LoadedConfig } from './loader.ts'
import { formatAddress } from './value/address.ts'

export type StoreTarget =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgresql'; readonly url: string; readonly poolSize: number }

const LOCAL_POSTGRES = { host: '127.0.0.1', port: 5432 }

/** What to open. An address or URL means PostgreSQL unless `store.kind` says otherwise. */
export function storeTarget({ store, data }: Pick<LoadedConfig, 'store' | 'data'>): StoreTarget {
  const kind = store.kind ?? (store.url || store.addr ? 'postgresql' : 'sqlite')
  if (kind === 'sqlite') return { kind, path: store.path ?? join(data.dir, 'store.db') }
  if (store.url) return { kind, url: store.url, poolSize: store.poolSize }
  const login = store.user === null ? '' : `${credentials(store.user, store.password)}@`
  const url = `postgres://${login}${formatAddress(store.addr ?? LOCAL_POSTGRES)}/${encodeURIComponent(store.name)}`
  return { kind, url, poolSize: store.poolSize }
}

export interface RedisTarget {
  /** `redis://…`; null when sentinels lead to the master. */
  readonly url: string | null
  readonly sentinels: readonly { host: string; port: number }[]
  readonly serviceName: string | null
  readonly password: string | null
  readonly db: number
}

/** Null when no Redis is configured: the memory drivers serve. */
export function redisTarget({ redis }: Pick<LoadedConfig, 'redis'>): RedisTarget | null {
  const { serviceName, password, db } = redis
  const sentinels = redis.sentinel.map((entry) => {
    const [host = entry, port = '26379'] = entry.split(':')
    return { host, port: Number(port) }
  })
  if (sentinels.length > 0) return { url: null, sentinels, serviceName, password, db }
  if (redis.url) return { url: redis.url, sentinels, serviceName, password, db }
  if (!redis.addr) return null
  const login = password === null ? '' : `:${encodeURIComponent(password)}@`
  return { url: `redis://${login}${formatAddress(redis.addr)}/${db}`, sentinels, serviceName, password, db }
}

const credentials = (user: string, password: string | null): string =>
  password === null ? encodeURIComponent(user) : `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
