import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './loader.ts'
import { formatAddress } from './value/address.ts'

export type StoreTarget =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgresql'; readonly url: string; readonly poolSize: number }

/** What to open. An address or URL means PostgreSQL unless `store.kind` says otherwise. */
export function storeTarget({ store, data }: Pick<LoadedConfig, 'store' | 'data'>): StoreTarget {
  const kind = store.kind ?? (store.url || store.addr ? 'postgresql' : 'sqlite')
  if (kind === 'sqlite') return { kind, path: store.path ?? join(data.dir, 'store.db') }
  if (store.url) return { kind, url: store.url, poolSize: store.poolSize }
  if (!store.addr) {
    throw new ConfigError([
      { source: 'configuration', key: 'store.addr', message: 'postgresql needs store.addr or store.url' },
    ])
  }
  const login = store.user === null ? '' : `${credentials(store.user, store.password)}@`
  const url = `postgres://${login}${formatAddress(store.addr)}/${encodeURIComponent(store.name)}`
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

type Interfaces = ReturnType<typeof networkInterfaces>

/**
 * What a join token tells agents to dial: `tcp://host:port`. A manager that listens on every address is dialled at
 * each of the host's own that others can reach, or at 127.0.0.1 where there is none.
 */
export function rpcAddresses(
  { manager }: Pick<LoadedConfig, 'manager'>,
  interfaces: Interfaces = networkInterfaces(),
): string[] {
  const { advertisedRpcAddr, rpcListenAddr } = manager
  if (advertisedRpcAddr) return [`tcp://${formatAddress(advertisedRpcAddr)}`]
  const { host, port } = rpcListenAddr
  if (!ANY_HOST.includes(host)) return [`tcp://${formatAddress(rpcListenAddr)}`]
  const own = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
    .filter(({ family }) => host !== '0.0.0.0' || family === 'IPv4')
    .map(({ address }) => address)
  return (own.length > 0 ? own : ['127.0.0.1']).map(
    (address) => `tcp://${formatAddress({ host: address, port })}`,
  )
}

const ANY_HOST = ['0.0.0.0', '::', '*']

const credentials = (user: string, password: string | null): string =>
  password === null ? encodeURIComponent(user) : `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
