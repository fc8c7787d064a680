import type { Cache } from '../cache/cache.ts'
import { redisTarget } from '../config/targets.ts'
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
  const redis = redisTarget(context.config)
  if (!redis) {
    context.log.warn({}, 'no [redis] is configured: only one process of this role may run')
    return embeddedPorts(context)
  }
  const { url } = redis
  if (!url) throw new Error('redis.sentinel is not served yet: give redis.addr or redis.url')
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
