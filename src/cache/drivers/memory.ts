import type { Clock } from '../../lib/clock.ts'
import type { Cache } from '../cache.ts'
import { createRollingWindow, type RollingWindow } from './rolling-window.ts'

export interface MemoryCacheOptions {
  clock: Clock
  /** Beyond so many keys the ones unused for longest go. Default 100,000. */
  maxKeys?: number
}

interface Item {
  content: string | RollingWindow
  /** Milliseconds since the epoch; infinite without a time to live. */
  expiresAt: number
}

const SWEEP_EVERY_MS = 30_000

/** The cache of one process: a map in order of use, without timers. */
export function createMemoryCache({ clock, maxKeys = 100_000 }: MemoryCacheOptions): Cache {
  const items = new Map<string, Item>()
  let sweepAt = 0

  const find = (key: string): Item | null => {
    const item = items.get(key)
    if (item === undefined) return null
    items.delete(key)
    if (item.expiresAt <= clock.now()) return null
    items.set(key, item)
    return item
  }
  const read = (key: string): string | null => {
    const content = find(key)?.content ?? null
    if (content === null || typeof content === 'string') return content
    throw new Error(`the cache key "${key}" counts a window and holds no value`)
  }
  const put = (key: string, content: Item['content'], ttlMs: number | undefined) => {
    const now = clock.now()
    items.delete(key)
    items.set(key, { content, expiresAt: ttlMs === undefined ? Number.POSITIVE_INFINITY : now + ttlMs })
    if (now >= sweepAt) {
      sweepAt = now + SWEEP_EVERY_MS
      for (const [other, item] of items) if (item.expiresAt <= now) items.delete(other)
    }
    for (const oldest of items.keys()) {
      if (items.size <= maxKeys) break
      items.delete(oldest)
    }
  }

  return {
    get: async (key) => read(key),
    getMany: async (keys) => keys.map(read),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    async setMany(entries, ttlMs) {
      for (const [key, value] of entries) put(key, value, ttlMs)
    },
    async delete(...keys) {
      for (const key of keys) items.delete(key)
    },
    async increment(key, by, ttlMs) {
      const before = read(key)
      if (before === null) {
        put(key, String(by), ttlMs)
        return by
      }
      const sum = Number(before) + by
      if (!Number.isSafeInteger(sum)) throw new Error(`the cache key "${key}" holds no integer`)
      const item = find(key)
      if (item !== null) item.content = String(sum)
      return sum
    },
    async hit(key, windowMs) {
      const content = find(key)?.content ?? createRollingWindow()
      if (typeof content === 'string')
        throw new Error(`the cache key "${key}" holds a value and counts no window`)
      put(key, content, windowMs)
      return { count: content.add(clock.now(), windowMs) }
    },
    async setIfAbsent(key, value, ttlMs) {
      if (find(key) !== null) return false
      put(key, value, ttlMs)
      return true
    },
    async [Symbol.asyncDispose]() {
      items.clear()
    },
  }
}
