import type { Logger } from '../../lib/logger.ts'
import { connectRedis } from '../../lib/redis.ts'
import type { Cache } from '../cache.ts'

export interface RedisCacheOptions {
  url: string
  /** Before every key, so that clusters can share a server. */
  namespace: string
  log: Logger
}

/** KEYS key · ARGV window in µs, unique member. The server's clock, so that all managers count by one. */
const HIT = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[1] / 1000))
return redis.call('ZCARD', KEYS[1])`

/** KEYS key · ARGV by, time to live in ms or ''. */
const INCREMENT = `
local new = redis.call('EXISTS', KEYS[1]) == 0
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if new and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return sum`

/** The cache that the managers of a cluster share. */
export async function createRedisCache({ url, namespace, log }: RedisCacheOptions): Promise<Cache> {
  const redis = await connectRedis({ url, log })
  const keyOf = (key: string) => `${namespace}:cache:${key}`
  const member = crypto.randomUUID()
  let hits = 0
  // ioredis sends the script's digest, and the text once where the server does not know it.
  redis.defineCommand('cacheHit', { numberOfKeys: 1, lua: HIT })
  redis.defineCommand('cacheIncrement', { numberOfKeys: 1, lua: INCREMENT })
  const scripts = redis as unknown as {
    cacheHit(key: string, windowMicros: number, member: string): Promise<number>
    cacheIncrement(key: string, by: number, ttlMs: number | ''): Promise<number>
  }

  async function setMany(entries: readonly (readonly [string, string])[], ttlMs?: number): Promise<void> {
    if (entries.length === 0) return
    const batch = redis.multi()
    for (const [key, value] of entries) {
      if (ttlMs === undefined) batch.set(keyOf(key), value)
      else batch.set(keyOf(key), value, 'PX', wholeMs(ttlMs))
    }
    const replies = await batch.exec()
    const failed = replies?.find(([error]) => error !== null)
    if (failed?.[0]) throw failed[0]
  }

  return {
    get: (key) => redis.get(keyOf(key)),
    getMany: async (keys) => (keys.length === 0 ? [] : redis.mget(...keys.map(keyOf))),
    set: (key, value, ttlMs) => setMany([[key, value]], ttlMs),
    setMany,
    async delete(...keys) {
      if (keys.length > 0) await redis.del(...keys.map(keyOf))
    },
    increment: (key, by, ttlMs) =>
      scripts.cacheIncrement(keyOf(key), by, ttlMs === undefined ? '' : wholeMs(ttlMs)),
    async hit(key, windowMs) {
      hits += 1
      return { count: await scripts.cacheHit(keyOf(key), wholeMs(windowMs) * 1000, `${member}:${hits}`) }
    },
    async setIfAbsent(key, value, ttlMs) {
      return (await redis.set(keyOf(key), value, 'PX', wholeMs(ttlMs), 'NX')) !== null
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect()
    },
  }
}

/** Redis takes whole milliseconds above none. */
const wholeMs = (ms: number): number => Math.max(1, Math.ceil(ms))
