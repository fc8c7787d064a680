import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { asc } from 'drizzle-orm'
import { openStore } from '../../src/db/open.ts'
import { createSharedConfig, type StoredSharedConfig } from '../../src/db/shared-config.ts'
import type { Store } from '../../src/db/store.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startPostgres, type TestPostgres } from '../harness/postgres.ts'

const deps = { clock: systemClock, log: silentLogger }

interface Driver {
  name: string
  start(): Promise<void>
  /** A new empty store. */
  open(): Promise<Store>
  stop(): Promise<void>
}

const sqlite: Driver = {
  name: 'sqlite',
  start: async () => {},
  open: () => openStore({ kind: 'sqlite', path: ':memory:' }, deps),
  stop: async () => {},
}

function postgres(): Driver {
  let server: TestPostgres | null = null
  return {
    name: 'postgres',
    start: async () => {
      server = await startPostgres()
    },
    open: async () => {
      if (!server) throw new Error('the server is not started')
      const { url } = await server.freshDatabase()
      return openStore({ kind: 'postgresql', url, poolSize: 4 }, deps)
    },
    stop: async () => server?.[Symbol.asyncDispose](),
  }
}

for (const driver of [sqlite, postgres()]) {
  describe(`shared configuration on ${driver.name}`, () => {
    beforeAll(() => driver.start(), 60_000)
    afterAll(() => driver.stop())

    let store: Store
    let config: StoredSharedConfig
    beforeEach(async () => {
      store = await driver.open()
      config = createSharedConfig(store)
    })
    afterEach(() => store[Symbol.asyncDispose]())

    test('a missing key is null, a missing prefix is empty', async () => {
      expect(await config.get('config/none')).toBeNull()
      expect(await config.get('')).toBeNull()
      expect(await config.getPrefix('config')).toEqual({})
      expect(await config.revision()).toBe(0)
    })

    test('keys are normalised and case matters', async () => {
      await config.set('/config//a/', '1')
      await config.set('config/A', '2')
      expect(await config.get('config/a')).toBe('1')
      expect(await config.getPrefix('')).toEqual({ config: { a: '1', A: '2' } })
      expect(await config.getPrefix('config/A')).toEqual({ '': '2' })
    })

    test('a prefix ends at a slash and its wildcards are plain letters', async () => {
      await config.setTree('', { a_b: { x: '1' }, 'a%b': { x: '2' }, a_bc: '3', axb: '4' })
      expect(await config.getPrefix('a_b')).toEqual({ x: '1' })
      await config.delete('a_b', { prefix: true })
      expect(await config.getPrefix('')).toEqual({ 'a%b': { x: '2' }, a_bc: '3', axb: '4' })
    })

    test('setTree keeps what it does not name', async () => {
      await config.setTree('config/redis', { addr: 'a', password: 'b' })
      await config.setTree('config', { redis: { addr: 'c' }, system: { timezone: 'UTC' } })
      expect(await config.getPrefix('config')).toEqual({
        redis: { addr: 'c', password: 'b' },
        system: { timezone: 'UTC' },
      })
    })

    test('delete takes the key alone, or all below it', async () => {
      await config.setTree('r', { '': 'url', type: 'docker' })
      await config.delete('r', { prefix: false })
      expect(await config.getPrefix('r')).toEqual({ type: 'docker' })
      await config.set('r', 'url')
      await config.delete('r', { prefix: true })
      expect(await config.getPrefix('r')).toEqual({})
    })

    test('move carries a key and all below it', async () => {
      await config.setTree('old', { '': '0', x: { y: '1' } })
      await config.set('older', 'stays')
      await config.move('old', 'new/place')
      expect(await config.getPrefix('')).toEqual({
        new: { place: { '': '0', x: { y: '1' } } },
        older: 'stays',
      })
      await expect(config.move('new', 'new/place')).rejects.toThrow('into itself')
    })

    test('an empty key is refused', async () => {
      await expect(config.set('//', 'x')).rejects.toThrow('must not be empty')
      await expect(config.setTree('', { '': 'x' })).rejects.toThrow('must not be empty')
      await expect(config.delete('', { prefix: false })).rejects.toThrow('must not be empty')
    })

    test('each write grows the revision and emits one event, a deletion of nothing none', async () => {
      await config.set('a', '1')
      await config.setTree('b', { x: '1', y: '2' })
      await config.delete('a', { prefix: false })
      await config.delete('a', { prefix: false })
      await config.delete('', { prefix: true })
      expect(await config.revision()).toBe(4)
      const { outbox } = store.tables
      const events = await store.db.select().from(outbox).orderBy(asc(outbox.seq))
      expect(events.map(({ name, payload }) => [name, payload])).toEqual(
        [1, 2, 3, 4].map((revision) => ['config_changed', { revision }]),
      )
    })

    test('of several writers of an absent key one wins, and none replaces it', async () => {
      await Promise.all([1, 2, 3].map((n) => config.setIfAbsent('secrets/x', String(n))))
      const first = await config.get('secrets/x')
      await config.setIfAbsent('secrets/x', 'late')
      expect(await config.get('secrets/x')).toBe(first)
      expect(await config.revision()).toBe(1)
    })

    test('writes at once do not lose each other', async () => {
      await Promise.all(Array.from({ length: 8 }, (_, n) => config.set(`k/${n}`, String(n))))
      expect(Object.keys(await config.getPrefix('k'))).toHaveLength(8)
      expect(await config.revision()).toBe(8)
    })
  })
}
