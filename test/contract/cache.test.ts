import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Cache } from '../../src/cache/cache.ts'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { createRedisCache } from '../../src/cache/drivers/redis.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'

interface Driver {
  name: string
  open(resources: AsyncDisposableStack): Promise<Cache>
  /** The same cache as another process sees it; absent where there is but one process. */
  again?(): Promise<Cache>
}

const memory: Driver = {
  name: 'memory',
  open: async () => createMemoryCache({ clock: systemClock }),
}
const redis: Driver = {
  name: 'redis',
  open: async (resources) => {
    const server = resources.use(await startRedis())
    const options = { url: server.url, log: silentLogger }
    const neighbour = resources.use(await createRedisCache({ ...options, namespace: 'other' }))
    await neighbour.set('missing', 'of another cluster')
    const open = () => createRedisCache({ ...options, namespace: 'test' })
    redis.again = async () => resources.use(await open())
    return open()
  },
}

describe.each([memory, redis])('cache on $name', (driver) => {
  const resources = new AsyncDisposableStack()
  let cache: Cache

  beforeAll(async () => {
    cache = resources.use(await driver.open(resources))
  }, 30_000)
  afterAll(() => resources.disposeAsync())

  test('keeps values until they are deleted', async () => {
    expect(await cache.get('missing')).toBeNull()
    await cache.set('a', '1')
    await cache.set('a', '값')
    expect(await cache.get('a')).toBe('값')
    await cache.delete('a', 'missing')
    expect(await cache.get('a')).toBeNull()
    await cache.delete()
  })

  test('reads and writes many at once, in order', async () => {
    await cache.setMany([
      ['m1', 'x'],
      ['m2', 'y'],
    ])
    expect(await cache.getMany(['m2', 'missing', 'm1'])).toEqual(['y', null, 'x'])
    expect(await cache.getMany([])).toEqual([])
    await cache.setMany([])
  })

  test('forgets when the time to live is over, and a plain write ends it', async () => {
    await cache.set('short', 'v', 250)
    await cache.setMany([['short too', 'v']], 250)
    await cache.set('rewritten', 'v', 250)
    await cache.set('rewritten', 'kept')
    expect(await cache.getMany(['short', 'short too'])).toEqual(['v', 'v'])
    await until(async () => (await cache.get('short')) === null && (await cache.get('short too')) === null)
    expect(await cache.get('rewritten')).toBe('kept')
  })

  test('adds up, also fifty at once', async () => {
    expect(await cache.increment('n', 5)).toBe(5)
    expect(await cache.increment('n', -2)).toBe(3)
    expect(await cache.get('n')).toBe('3')
    const sums = await Promise.all(Array.from({ length: 50 }, () => cache.increment('fifty', 1)))
    expect(new Set(sums).size).toBe(50)
    expect(await cache.get('fifty')).toBe('50')
    await cache.set('word', 'x')
    await expect(cache.increment('word', 1)).rejects.toThrow()
  })

  test('a counter lives from its first increment on', async () => {
    const born = performance.now()
    await cache.increment('brief', 1, 80)
    await until(async () => {
      if (performance.now() - born < 60) await cache.increment('brief', 1, 80)
      return (await cache.get('brief')) === null
    })
    expect(performance.now() - born).toBeLessThan(5000)
    expect(await cache.increment('brief', 1)).toBe(1)
  })

  test('sets only what is absent: one of many at once wins', async () => {
    const won = await Promise.all(
      Array.from({ length: 10 }, (_, n) => cache.setIfAbsent('lock', `holder-${n}`, 60_000)),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await cache.get('lock')).toBe(`holder-${won.indexOf(true)}`)
    expect(await cache.setIfAbsent('passing', 'a', 30)).toBe(true)
    await until(() => cache.setIfAbsent('passing', 'b', 60_000))
    expect(await cache.get('passing')).toBe('b')
  })

  test('counts fifty hits at once exactly', async () => {
    const counts = await Promise.all(Array.from({ length: 50 }, () => cache.hit('client', 60_000)))
    const sorted = counts.map(({ count }) => count).sort((a, b) => a - b)
    expect(sorted).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    expect(await cache.hit('another client', 60_000)).toEqual({ count: 1 })
  })

  test('of a limit at once exactly so many come through, from several processes', async () => {
    const others = [cache, ...(await Promise.all([0, 1, 2].map(() => driver.again?.() ?? cache)))]
    const limit = 100
    const tries = Array.from({ length: 400 }, (_, n) =>
      (others[n % others.length] ?? cache).hit('limited', 60_000),
    )
    const counts = (await Promise.all(tries)).map(({ count }) => count)
    expect(counts.filter((count) => count <= limit)).toHaveLength(limit)
    expect(new Set(counts).size).toBe(400)
  })

  test('a hit counts until the very end of its window', async () => {
    const windowMs = 300
    const first = performance.now()
    await cache.hit('edge', windowMs)
    const seen: { at: number; count: number }[] = []
    await until(async () => {
      const before = performance.now() - first
      const { count } = await cache.hit('edge', windowMs)
      seen.push({ at: before, count })
      return performance.now() - first > windowMs + 50
    })
    // While the first one is young enough for sure, nothing has left.
    const early = seen.filter(({ at }) => at < windowMs - 50)
    expect(early.map(({ count }) => count)).toEqual(early.map((_, n) => n + 2))
    expect(seen.at(-1)?.count).toBeLessThan(seen.length + 1)
  })

  test('hits leave the window one by one, while others come', async () => {
    const windowMs = 150
    const startedAt = performance.now()
    const counts: number[] = []
    await until(async () => {
      counts.push((await cache.hit('rolling', windowMs)).count)
      return performance.now() - startedAt > 4 * windowMs
    })
    // A window that began anew after a pause would have counted them all: there was no pause.
    expect(Math.max(...counts)).toBeLessThan(counts.length)
    expect(Math.max(...counts)).toBeGreaterThan(1)
  })
})
