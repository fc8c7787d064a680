import type { Cache } from '../cache/cache.ts'
import type { StoreSettings } from '../db/open.ts'
import type { EventBus } from '../events/bus.ts'
import type { RoleContext } from './context.ts'

/** Buses and caches of a role: in this process, or on Redis where one is configured. */
export interface SharedPorts extends AsyncDisposable {
  bus: EventBus
  cache: Cache
}

const NAMESPACE = 'backendai'

/** The embedded drivers: one process is the whole cluster. */
export async function embeddedPorts({ clock, log }: RoleContext): Promise<SharedPorts> {
  const { createMemoryBus } = await import('../events/drivers/memory.ts')
  const { createMemoryCache } = await import('../cache/drivers/memory.ts')
  return owning(createMemoryBus({ clock, log }), createMemoryCache({ clock }))
}

/** The cluster drivers. Without Redis the embedded ones serve, which is right for a single manager only. */
export async function clusterPorts(context: RoleContext): Promise<SharedPorts> {
  const url = redisUrl(context)
  if (!url) {
    context.log.warn({}, 'no [redis] is configured: only one process of this role may run')
    return embeddedPorts(context)
  }
  const { clock, log } = context
  const { createRedisBus } = await import('../events/drivers/redis.ts')
  const { createRedisCache } = await import('../cache/drivers/redis.ts')
  const bus = await createRedisBus({ url, namespace: NAMESPACE, clock, log })
  return owning(bus, await createRedisCache({ url, namespace: NAMESPACE, log }))
}

function owning(bus: EventBus, cache: Cache): SharedPorts {
  return {
    bus,
    cache,
    [Symbol.asyncDispose]: async () => {
      await bus[Symbol.asyncDispose]()
      await cache[Symbol.asyncDispose]()
    },
  }
}

function redisUrl({ config }: RoleContext): string | null {
  const { url, addr, db, password } = config.redis
  if (url) return url
  if (!addr) return null
  const credentials = password ? `:${encodeURIComponent(password)}@` : ''
  return `redis://${credentials}${addr.host}:${addr.port}/${db}`
}

/** Where `[store]` says that the rows are. */
export function storeSettings({ config, dataDir }: RoleContext): StoreSettings {
  const { kind, path, url, addr, name, user, password, poolSize } = config.store
  const isPostgres = kind === 'postgresql' || (kind === null && (url !== null || addr !== null))
  if (!isPostgres) return { kind: 'sqlite', path: path ?? `${dataDir}/store.db` }
  if (url) return { kind: 'postgresql', url, poolSize }
  const credentials = user
    ? `${encodeURIComponent(user)}${password ? `:${encodeURIComponent(password)}` : ''}@`
    : ''
  const host = addr ? `${addr.host}:${addr.port}` : '127.0.0.1:5432'
  return { kind: 'postgresql', url: `postgres://${credentials}${host}/${encodeURIComponent(name)}`, poolSize }
}
