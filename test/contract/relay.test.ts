import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { eq, isNull } from 'drizzle-orm'
import { createOutboxRelay, readOutboxSince } from '../../src/db/relay.ts'
import type { Store } from '../../src/db/store.ts'
import type { BusEvent, EventBus } from '../../src/events/bus.ts'
import { configChanged } from '../../src/events/catalog/cluster.ts'
import { eventKinds } from '../../src/events/catalog/index.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { until } from '../harness/until.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

const deps = { clock: systemClock, log: silentLogger }

describe.each(storeDrivers())('outbox relay on $name', (driver) => {
  let server: AsyncDisposable
  let resources: AsyncDisposableStack
  let store: Store
  let bus: EventBus
  let seen: BusEvent<{ revision: number }>[]

  beforeAll(async () => {
    server = await driver.start()
  }, 60_000)
  afterAll(() => server[Symbol.asyncDispose](), 20_000)
  beforeEach(async () => {
    resources = new AsyncDisposableStack()
    const database = resources.use(await driver.fresh())
    store = resources.use(await openTestStore(database.settings))
    bus = resources.use(createMemoryBus(deps))
    seen = []
    await bus.subscribe([configChanged], (event) => void seen.push(event))
  }, 20_000)
  afterEach(() => resources.disposeAsync(), 20_000)

  const emit = (from: number, to = from) =>
    store.tx(async (tx) => {
      for (let revision = from; revision <= to; revision += 1) {
        await tx.emit([{ name: 'config_changed', payload: { revision } }])
      }
    })
  const relay = (options: Partial<Parameters<typeof createOutboxRelay>[0]> = {}) =>
    createOutboxRelay({ store, bus, kinds: eventKinds, ...deps, ...options })
  const waiting = async () =>
    (await store.db.select().from(store.tables.outbox).where(isNull(store.tables.outbox.relayedAt))).length
  const revisions = () => seen.map((event) => event.payload.revision)

  test('publishes what was committed before and since, in order, under its number, once', async () => {
    await emit(1, 450)
    // The poll is far away: only the commit can wake it.
    await using _relay = relay({ pollMs: 3600_000 })
    await until(() => seen.length === 450)
    await emit(451)
    await until(async () => seen.length === 451 && (await waiting()) === 0)
    expect(revisions()).toEqual(Array.from({ length: 451 }, (_, n) => n + 1))
    expect(await readOutboxSince(store, 0)).toEqual([...seen])
  })

  test('a stream resumes behind the event that it saw last', async () => {
    await emit(1, 5)
    await store.tx((tx) => tx.emit([{ name: 'do_schedule', payload: {} }]))
    const all = await readOutboxSince(store, 0)
    const third = Number(all[2]?.id)
    const names = (events: readonly BusEvent[]) => events.map(({ name }) => name)
    expect(names(await readOutboxSince(store, third))).toEqual([
      'config_changed',
      'config_changed',
      'do_schedule',
    ])
    expect(names(await readOutboxSince(store, third, ['do_schedule']))).toEqual(['do_schedule'])
    expect(await readOutboxSince(store, third, undefined, 1)).toHaveLength(1)
    expect(await readOutboxSince(store, Number(all.at(-1)?.id))).toEqual([])
  })

  test('events wait while the bus is away', async () => {
    let away = true
    const flaky: EventBus = {
      ...bus,
      publish: (kind, payload, options) =>
        away && options?.id !== '1'
          ? Promise.reject(new Error('the bus is away'))
          : bus.publish(kind, payload, options),
    }
    await using _relay = relay({ bus: flaky, pollMs: 20 })
    await emit(1, 4)
    await until(async () => (await waiting()) === 3)
    expect(revisions()).toEqual([1])
    away = false
    await until(async () => (await waiting()) === 0)
    expect(revisions()).toEqual([1, 2, 3, 4])
  })

  test('an event that no version can publish holds nothing up', async () => {
    const { outbox } = store.tables
    const row = { source: 'm0', createdAt: new Date(0) }
    await store.tx(async (tx) => {
      await tx.insert(outbox).values([
        { ...row, name: 'of_an_older_version', payload: {} },
        { ...row, name: 'config_changed', payload: { revision: 'of another shape' } },
      ])
    })
    await emit(1)
    await using _relay = relay()
    await until(() => seen.length === 1)
    await until(async () => (await waiting()) === 0)
    expect(revisions()).toEqual([1])
  })

  test('of two relays one publishes, and the other takes over', async () => {
    const first = relay({ holder: 'first', pollMs: 20 })
    await emit(1, 10)
    await until(() => seen.length === 10)
    await using _second = relay({ holder: 'second', pollMs: 20 })
    await emit(11, 20)
    await until(() => seen.length === 20)
    await first[Symbol.asyncDispose]()
    await emit(21, 30)
    await until(() => seen.length === 30)
    await until(async () => (await waiting()) === 0)
    expect(revisions()).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
    const { leases } = store.tables
    const [lease] = await store.db.select().from(leases).where(eq(leases.name, 'outbox-relay'))
    expect(lease).toMatchObject({ holder: 'second', epoch: 2 })
  })

  test('a relay that lost its lease while it published marks nothing, and gets it back', async () => {
    const robbed = Promise.withResolvers<void>()
    const { leases } = store.tables
    let first = true
    const slow: EventBus = {
      ...bus,
      publish: async (kind, payload, options) => {
        if (first) {
          first = false
          await store.tx((tx) => tx.update(leases).set({ holder: 'thief', epoch: 9, expiresAt: new Date(0) }))
          robbed.resolve()
        }
        await bus.publish(kind, payload, options)
      },
    }
    await using _relay = relay({ bus: slow, pollMs: 20 })
    await emit(1)
    await robbed.promise
    await until(async () => (await waiting()) === 0)
    expect(seen.map(({ id }) => id)).toEqual(['1', '1'])
    const [lease] = await store.db.select().from(leases).where(eq(leases.name, 'outbox-relay'))
    expect(lease?.epoch).toBe(10)
  })

  test('forgets relayed events after the time of retention, and no others', async () => {
    const { outbox } = store.tables
    const old = { name: 'config_changed', source: 'm0', payload: { revision: 1 }, createdAt: new Date(0) }
    await store.tx(async (tx) => {
      await tx.insert(outbox).values({ ...old, relayedAt: new Date(0) })
      await tx.insert(outbox).values({ ...old, payload: { revision: 2 }, createdAt: new Date() })
    })
    await using _relay = relay()
    await until(async () => (await readOutboxSince(store, 0)).length === 1)
    expect((await readOutboxSince(store, 0)).map(({ payload }) => payload)).toEqual([{ revision: 2 }])
  })
})
