import { expect, test } from 'bun:test'
import { createMemoryCache } from '../../../src/cache/drivers/memory.ts'
import type { Clock } from '../../../src/lib/clock.ts'

function clockAt(start: number) {
  let now = start
  const clock: Clock = { now: () => now, sleep: () => Promise.reject(new Error('nobody sleeps here')) }
  const advance = (ms: number) => {
    now += ms
  }
  return { clock, advance }
}

test('a rolling window counts what lies within it, to the millisecond', async () => {
  const { clock, advance } = clockAt(1_000)
  const cache = createMemoryCache({ clock })
  const counts: number[] = []
  for (let n = 0; n < 5; n += 1) {
    counts.push((await cache.hit('key', 100)).count)
    advance(40)
  }
  expect(counts).toEqual([1, 2, 3, 3, 3])
  advance(60)
  expect(await cache.hit('key', 100)).toEqual({ count: 1 })
})

test('a window that never rests stays exact and small', async () => {
  const { clock, advance } = clockAt(0)
  const cache = createMemoryCache({ clock })
  for (let n = 1; n <= 10_000; n += 1) {
    expect(await cache.hit('key', 50)).toEqual({ count: Math.min(n, 50) })
    advance(1)
  }
})

test('beyond its bound it forgets what was unused for longest', async () => {
  const { clock } = clockAt(0)
  const cache = createMemoryCache({ clock, maxKeys: 3 })
  await cache.setMany([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ])
  await cache.get('a')
  await cache.set('d', '4')
  expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual(['1', null, '3', '4'])
})

test('what ran out makes room before what is still good', async () => {
  const { clock, advance } = clockAt(0)
  const cache = createMemoryCache({ clock, maxKeys: 2 })
  await cache.set('good', 'v')
  await cache.set('brief', 'v', 1_000)
  advance(60_000)
  await cache.set('new', 'v')
  expect(await cache.getMany(['good', 'brief', 'new'])).toEqual(['v', null, 'v'])
})

test('a key is a value or a window, not both', async () => {
  const { clock } = clockAt(0)
  const cache = createMemoryCache({ clock })
  await cache.set('value', 'v')
  await expect(cache.hit('value', 100)).rejects.toThrow('holds a value')
  await cache.hit('window', 100)
  await expect(cache.get('window')).rejects.toThrow('holds no value')
})
