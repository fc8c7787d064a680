import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { and, asc, count, eq, inArray, sql } from 'drizzle-orm'
import {
  isForeignKeyViolation,
  isUniqueViolation,
  NestedTransactionError,
  StoreClosedError,
  StoreLockedError,
  TransactionEndedError,
} from '../../src/db/errors.ts'
import { insertRows } from '../../src/db/insert-rows.ts'
import { listMigrations } from '../../src/db/migrate.ts'
import { prepareQuery } from '../../src/db/prepare.ts'
import { readOutboxSince } from '../../src/db/relay.ts'
import { LeaseLostError, type Store } from '../../src/db/store.ts'
import { until } from '../harness/until.ts'
import { type FreshDatabase, openTestStore, postgresDriver, storeDrivers } from './fixtures/store-drivers.ts'

const DAY = new Date('2026-11-21T01:02:03.456Z')
const domain = (name: string) => ({
  name,
  createdAt: DAY,
  modifiedAt: DAY,
  totalResourceSlots: { cpu: '4' },
  allowedVfolderHosts: { local: ['mount'] },
  allowedDockerRegistries: ['a', 'b'],
  dotfiles: [],
})
const scheduleEvent = { name: 'do_schedule', payload: {} }

describe.each(storeDrivers())('store on $name', (driver) => {
  let server: AsyncDisposable
  let database: FreshDatabase
  let store: Store

  beforeAll(async () => {
    server = await driver.start()
    database = await driver.fresh()
    store = await openTestStore(database.settings)
  }, 60_000)

  afterAll(async () => {
    await store[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  }, 20_000)

  const setConfig = (key: string, value: string, revision = 0) =>
    store.tx(async (tx) => {
      await tx
        .insert(store.tables.sharedConfig)
        .values({ key, value, revision })
        .onConflictDoUpdate({ target: store.tables.sharedConfig.key, set: { value, revision } })
    })
  const config = async (key: string) => {
    const { sharedConfig } = store.tables
    const [row] = await store.db.select().from(sharedConfig).where(eq(sharedConfig.key, key))
    return row
  }
  const outboxCount = async () => {
    const [row] = await store.db.select({ n: count() }).from(store.tables.outbox)
    return row?.n
  }

  test('answers a ping', async () => {
    await store.ping()
  })

  test('gives back every kind of value as it was written', async () => {
    const { domains, kernels, sessions } = store.tables
    const id = crypto.randomUUID()
    await store.tx(async (tx) => {
      await tx.insert(domains).values({ ...domain('values'), integrationId: null })
      await tx.insert(sessions).values({
        id,
        name: 'kinds',
        agentIds: [],
        domainName: 'values',
        groupId: id,
        userUuid: id,
        accessKey: 'AK',
        images: ['한글', '"quoted"'],
        occupyingSlots: {},
        requestedSlots: { mem: '9007199254740991' },
        vfolderMounts: [],
        environ: {},
        resourceOpts: { nested: { list: [1, 2.5, null, true, '12'] } },
        timeout: Number.MAX_SAFE_INTEGER,
        createdAt: DAY,
        statusHistory: {},
        statusData: null,
      })
      await tx.insert(kernels).values({
        id,
        sessionId: id,
        clusterHostname: 'main1',
        image: 'i',
        registry: 'r',
        occupiedSlots: {},
        requestedSlots: {},
        attachedDevices: {},
        resourceOpts: {},
        servicePorts: [],
        preopenPorts: [1, 2],
        createdAt: DAY,
        statusChanged: DAY,
        statusHistory: {},
        internalData: {},
        containerLog: Buffer.from([0, 255, 10]),
      })
    })
    const [row] = await store.db.select().from(domains).where(eq(domains.name, 'values'))
    expect(row).toEqual({ ...domain('values'), description: null, isActive: true, integrationId: null })
    const [session] = await store.db.select().from(sessions).where(eq(sessions.id, id))
    expect(session?.images).toEqual(['한글', '"quoted"'])
    expect(session?.requestedSlots).toEqual({ mem: '9007199254740991' })
    expect(session?.resourceOpts).toEqual({ nested: { list: [1, 2.5, null, true, '12'] } })
    expect(session?.timeout).toBe(Number.MAX_SAFE_INTEGER)
    expect(session?.statusData).toBeNull()
    expect(session?.createdAt).toEqual(DAY)
    expect(session?.useHostNetwork).toBe(false)
    const [kernel] = await store.db.select().from(kernels).where(eq(kernels.id, id))
    expect(kernel?.containerLog?.equals(Buffer.from([0, 255, 10]))).toBe(true)
    expect(kernel?.preopenPorts).toEqual([1, 2])
    const [totals] = await store.db
      .select({ n: count(), sum: sql<number>`sum(${sessions.timeout})` })
      .from(sessions)
      .where(eq(sessions.id, id))
    expect(totals).toEqual({ n: 1, sum: Number.MAX_SAFE_INTEGER })
  })

  test('keeps a JSON text that looks like other JSON', async () => {
    const { outbox } = store.tables
    await store.tx(async (tx) => {
      await tx.insert(outbox).values({ name: 'x', source: 's', payload: '123', createdAt: DAY })
    })
    const [row] = await store.db.select().from(outbox).where(eq(outbox.name, 'x'))
    expect(row?.payload).toBe('123')
  })

  test('returns what the body returns, and guarded updates tell whom they met', async () => {
    const { sharedConfig } = store.tables
    await setConfig('guard', 'old', 1)
    const update = (from: string) =>
      store.tx((tx) =>
        tx
          .update(sharedConfig)
          .set({ value: 'new' })
          .where(and(eq(sharedConfig.key, 'guard'), inArray(sharedConfig.value, [from])))
          .returning({ key: sharedConfig.key }),
      )
    expect(await update('old')).toEqual([{ key: 'guard' }])
    expect(await update('old')).toEqual([])
  })

  test('a throw takes everything back, the events too', async () => {
    const before = await outboxCount()
    const failing = store.tx(async (tx) => {
      await tx.insert(store.tables.sharedConfig).values({ key: 'gone', value: 'v', revision: 0 })
      await tx.emit([scheduleEvent])
      throw new Error('after all')
    })
    await expect(failing).rejects.toThrow('after all')
    expect(await config('gone')).toBeUndefined()
    expect(await outboxCount()).toBe(before)
    await setConfig('after', 'v')
    expect((await config('after'))?.value).toBe('v')
  })

  test('a failed query fails the transaction even where the body catches it', async () => {
    await setConfig('taken', 'v')
    const swallowing = store.tx(async (tx) => {
      await tx.insert(store.tables.sharedConfig).values({ key: 'swallowed', value: 'v', revision: 0 })
      await tx
        .insert(store.tables.sharedConfig)
        .values({ key: 'taken', value: 'again', revision: 0 })
        .catch(() => null)
    })
    const error = await swallowing.catch((reason: unknown) => reason)
    expect(isUniqueViolation(error)).toBe(true)
    expect(await config('swallowed')).toBeUndefined()
  })

  test('foreign keys hold', async () => {
    const orphan = store.tx((tx) =>
      tx.insert(store.tables.sessionDependencies).values({
        sessionId: crypto.randomUUID(),
        dependsOn: crypto.randomUUID(),
      }),
    )
    const error = await orphan.catch((reason: unknown) => reason)
    expect(isForeignKeyViolation(error)).toBe(true)
  })

  test('reads outside a transaction do not see it before its commit', async () => {
    await setConfig('visible', 'before')
    await store.tx(async (tx) => {
      const { sharedConfig } = store.tables
      await tx.update(sharedConfig).set({ value: 'after' }).where(eq(sharedConfig.key, 'visible'))
      expect((await config('visible'))?.value).toBe('before')
      const [own] = await tx.select().from(sharedConfig).where(eq(sharedConfig.key, 'visible'))
      expect(own?.value).toBe('after')
    })
    expect((await config('visible'))?.value).toBe('after')
  })

  test('four read-modify-writes at once lose nothing', async () => {
    const { sharedConfig } = store.tables
    await setConfig('counter', '', 0)
    await Promise.all(
      Array.from({ length: 4 }, () =>
        store.tx(async (tx) => {
          const [row] = await tx.select().from(sharedConfig).where(eq(sharedConfig.key, 'counter'))
          const revision = (row?.revision ?? 0) + 1
          await tx.update(sharedConfig).set({ revision }).where(eq(sharedConfig.key, 'counter'))
          await tx.emit([scheduleEvent])
        }),
      ),
    )
    expect((await config('counter'))?.revision).toBe(4)
  })

  test('a rule over several rows holds among transactions that write different ones', async () => {
    const { sharedConfig } = store.tables
    await Promise.all([setConfig('skew/a', 'on'), setConfig('skew/b', 'on')])
    const turnOff = (key: string) =>
      store.tx(async (tx) => {
        const on = await tx
          .select()
          .from(sharedConfig)
          .where(and(inArray(sharedConfig.key, ['skew/a', 'skew/b']), eq(sharedConfig.value, 'on')))
        if (on.length < 2) return false
        await tx.update(sharedConfig).set({ value: 'off' }).where(eq(sharedConfig.key, key))
        return true
      })
    const done = await Promise.all([turnOff('skew/a'), turnOff('skew/b')])
    expect(done.filter(Boolean)).toHaveLength(1)
  })

  test('refuses a transaction inside another, and queries after the end', async () => {
    const nested = store.tx(() => store.tx(async () => 1))
    await expect(nested).rejects.toThrow(NestedTransactionError)
    const late = await store.tx(async (tx) => () => tx.select().from(store.tables.sharedConfig))
    const reading = (async () => await late())()
    await expect(reading).rejects.toThrow(TransactionEndedError)
  })

  test('refuses writes outside a transaction', async () => {
    await setConfig('stays', 'v')
    const writing = (async () => await store.db.delete(store.tables.sharedConfig))()
    await expect(writing).rejects.toThrow()
    expect((await config('stays'))?.value).toBe('v')
  })

  test('a prepared query runs with other values', async () => {
    const { sharedConfig } = store.tables
    await setConfig('prepared/1', 'one')
    await setConfig('prepared/2', 'two')
    const byKey = prepareQuery(
      'config_by_key',
      store.db
        .select()
        .from(sharedConfig)
        .where(eq(sharedConfig.key, sql.placeholder('key'))),
    )
    expect((await byKey({ key: 'prepared/1' }))[0]?.value).toBe('one')
    expect((await byKey({ key: 'prepared/2' }))[0]?.value).toBe('two')
    expect(await byKey({ key: 'prepared/3' })).toEqual([])
  })

  test('a prepared query gives the rows that the query itself gives, whatever is selected', async () => {
    const { domains, groups } = store.tables
    await store.tx((tx) => tx.insert(domains).values(domain('alike')))
    const picked = {
      name: domains.name,
      slots: domains.totalResourceSlots,
      at: domains.createdAt,
      active: domains.isActive,
      text: domains.description,
    }
    const asked = (name: unknown, shape: typeof picked) =>
      store.db
        .select(shape)
        .from(domains)
        .where(eq(domains.name, sql`${name}`))
    const nested = (name: unknown) =>
      store.db
        .select({ domain: domains, group: groups, twice: sql<number>`2` })
        .from(domains)
        .leftJoin(groups, eq(groups.domainName, domains.name))
        .where(eq(domains.name, sql`${name}`))
    const flat = prepareQuery('alike_flat', asked(sql.placeholder('name'), picked))
    const deep = prepareQuery('alike_deep', nested(sql.placeholder('name')))
    expect(await flat({ name: 'alike' })).toEqual(await asked('alike', picked))
    expect(await flat({ name: 'alike' })).toMatchObject([{ slots: { cpu: '4' }, at: DAY, text: null }])
    expect(await deep({ name: 'alike' })).toEqual(await nested('alike'))
    expect(await deep({ name: 'alike' })).toMatchObject([{ domain: { name: 'alike' }, group: null }])
    const missing = await flat({}).catch((error: unknown) => error)
    expect(missing).toBeInstanceOf(Error)
  })

  test('a prepared query runs in the transaction that it is given, and ends with it', async () => {
    const { sharedConfig } = store.tables
    await setConfig('inside', 'old')
    const byKey = prepareQuery(
      'inside_by_key',
      store.db
        .select()
        .from(sharedConfig)
        .where(eq(sharedConfig.key, sql.placeholder('key'))),
    )
    const total = prepareQuery('inside_total', store.db.select({ n: count() }).from(sharedConfig))
    const write = prepareQuery(
      'inside_write',
      store.db
        .update(sharedConfig)
        .set({ value: sql`${sql.placeholder('value')}` })
        .where(eq(sharedConfig.key, sql.placeholder('key')))
        .returning({ key: sharedConfig.key, value: sharedConfig.value }),
    )
    const [before] = await total({})
    const failing = store.tx(async (tx) => {
      expect(await write({ key: 'inside', value: 'new' }, tx)).toEqual([{ key: 'inside', value: 'new' }])
      await tx.insert(sharedConfig).values({ key: 'inside/2', value: 'v', revision: 0 })
      expect(await byKey({ key: 'inside' }, tx)).toMatchObject([{ value: 'new' }])
      expect(await byKey({ key: 'inside' })).toMatchObject([{ value: 'old' }])
      expect(await total({}, tx)).toEqual([{ n: (before?.n ?? 0) + 1 }])
      throw new Error('taken back')
    })
    expect(await failing.catch(String)).toBe('Error: taken back')
    expect(await byKey({ key: 'inside' })).toMatchObject([{ value: 'old' }])
    const outside = await write({ key: 'inside', value: 'never' }).catch((error: unknown) => error)
    expect(outside).toBeInstanceOf(Error)
    const ended = await store.tx(async (tx) => tx)
    const late = await byKey({ key: 'inside' }, ended).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(TransactionEndedError)
  })

  test('a prepared write writes what the write itself writes: null, dates, JSON, booleans', async () => {
    const { domains } = store.tables
    const values = { ...domain('written'), description: 'text', integrationId: null, isActive: false }
    await store.tx((tx) => insertRows(tx, store, domains, [values, domain('written/2')]))
    await store.tx((tx) => tx.insert(domains).values([{ ...values, name: 'direct' }, domain('direct/2')]))
    const [written, second, direct, directSecond] = await Promise.all(
      ['written', 'written/2', 'direct', 'direct/2'].map(async (name) => {
        const [row] = await store.db.select().from(domains).where(eq(domains.name, name))
        return row && { ...row, name: '' }
      }),
    )
    expect(written).toMatchObject({ isActive: false, createdAt: DAY, description: 'text' })
    expect(written).toEqual(direct)
    expect(second).toEqual(directSecond)
    const change = prepareQuery(
      'domain_change',
      store.db
        .update(domains)
        .set(
          Object.fromEntries(
            ['description', 'dotfiles', 'modifiedAt'].map((name) => [name, sql.placeholder(name)]),
          ),
        )
        .where(eq(domains.name, sql.placeholder('name'))),
    )
    const dotfiles = [{ path: '.a', data: '한', perm: '644' }]
    const modifiedAt = new Date(DAY.getTime() + 1)
    await store.tx((tx) => change({ name: 'written', description: null, dotfiles, modifiedAt }, tx))
    const [after] = await store.db.select().from(domains).where(eq(domains.name, 'written'))
    expect(after).toMatchObject({ description: null, dotfiles, modifiedAt, isActive: false })
    const many = Array.from({ length: 20 }, (_, index) => domain(`many/${index}`))
    await store.tx((tx) => insertRows(tx, store, domains, many))
    await store.tx((tx) => insertRows(tx, store, domains, []))
    const [found] = await store.db
      .select({ n: count() })
      .from(domains)
      .where(
        inArray(
          domains.name,
          many.map(({ name }) => name),
        ),
      )
    expect(found?.n).toBe(20)
  })

  test('a prepared write that breaks a rule says which, and fails its transaction', async () => {
    const { domains, sharedConfig } = store.tables
    await store.tx((tx) => insertRows(tx, store, domains, [domain('twice')]))
    const again = store.tx(async (tx) => {
      await tx.insert(sharedConfig).values({ key: 'broken', value: 'v', revision: 0 })
      await insertRows(tx, store, domains, [domain('twice')]).catch(() => undefined)
    })
    expect(isUniqueViolation(await again.catch((error: unknown) => error))).toBe(true)
    expect(await config('broken')).toBeUndefined()
  })

  test('a relaxed transaction is a transaction like any other, and so is the one after it', async () => {
    const change = (value: string, options?: { relaxed: boolean }, failure?: Error) =>
      store.tx(async (tx) => {
        await tx
          .insert(store.tables.sharedConfig)
          .values({ key: 'relaxed', value, revision: 1 })
          .onConflictDoUpdate({ target: store.tables.sharedConfig.key, set: { value } })
        if (failure) throw failure
        return value
      }, options)
    expect(await change('one', { relaxed: true })).toBe('one')
    expect((await config('relaxed'))?.value).toBe('one')
    await expect(change('two', { relaxed: true }, new Error('no'))).rejects.toThrow('no')
    expect((await config('relaxed'))?.value).toBe('one')
    await change('three')
    expect((await config('relaxed'))?.value).toBe('three')
  })

  test('emits checked events with their source, in order, and says so after the commit', async () => {
    const { outbox } = store.tables
    let heard = 0
    using _listener = store.onCommit(() => {
      heard += 1
    })
    await setConfig('silent', 'v')
    expect(heard).toBe(0)
    await store.tx(async (tx) => {
      await tx.emit([{ name: 'config_changed', payload: { revision: 7 } }, scheduleEvent])
      await tx.emit([{ name: 'config_changed', payload: { revision: 8 } }])
      expect(heard).toBe(0)
    })
    expect(heard).toBe(1)
    const rows = await store.db.select().from(outbox).orderBy(asc(outbox.seq))
    expect(rows.slice(-3).map((row) => [row.name, row.source, row.payload])).toEqual([
      ['config_changed', 'm1', { revision: 7 }],
      ['do_schedule', 'm1', {}],
      ['config_changed', 'm1', { revision: 8 }],
    ])
    const unknown = store.tx((tx) => tx.emit([{ name: 'no_such_event', payload: {} }]))
    await expect(unknown).rejects.toThrow('no_such_event')
    const misshapen = store.tx((tx) => tx.emit([{ name: 'config_changed', payload: { revision: 'x' } }]))
    await expect(misshapen).rejects.toThrow('revision')
  })

  test('a lease is held by one, prolonged by it, and fences who lost it', async () => {
    const first = await store.acquireLease('loop', 'a', 60_000)
    expect(first).toEqual({ name: 'loop', holder: 'a', epoch: 1 })
    expect(await store.acquireLease('loop', 'b', 60_000)).toBeNull()
    expect(await store.acquireLease('loop', 'a', 60_000)).toEqual(first)
    if (first === null) throw new Error('no lease')
    await store.tx((tx) => store.checkLease(tx, first))
    await store.releaseLease(first)
    const second = await store.acquireLease('loop', 'b', 60_000)
    expect(second?.epoch).toBe(2)
    const fenced = store.tx(async (tx) => {
      await store.checkLease(tx, first)
      await tx.insert(store.tables.sharedConfig).values({ key: 'fenced', value: 'v', revision: 0 })
    })
    await expect(fenced).rejects.toThrow(LeaseLostError)
    expect(await config('fenced')).toBeUndefined()
    await store.releaseLease(first)
    expect(await store.acquireLease('loop', 'a', 60_000)).toBeNull()
  })

  test('a lease that ran out is taken over', async () => {
    const first = await store.acquireLease('short', 'a', 0)
    expect(first?.epoch).toBe(1)
    expect((await store.acquireLease('short', 'b', 60_000))?.epoch).toBe(2)
    expect(await store.acquireLease('short', 'a', 60_000)).toBeNull()
  })

  test('of many that ask for a lease at once, one gets it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => store.acquireLease('race', `holder-${n}`, 60_000)),
    )
    expect(answers.filter((lease) => lease !== null)).toHaveLength(1)
  })

  test('keeps its data when it is opened again, and migrates nothing twice', async () => {
    const other = await driver.fresh()
    const one = await openTestStore(other.settings)
    await one.tx(async (tx) => {
      await tx.insert(one.tables.domains).values(domain('kept'))
    })
    const before = await listMigrations(one)
    expect(before.every(({ appliedAt }) => appliedAt !== null)).toBe(true)
    const stale = await one.acquireLease('again', 'a', 60_000)
    await one[Symbol.asyncDispose]()
    await expect(one.tx(async () => 1)).rejects.toThrow(StoreClosedError)
    const two = await openTestStore(other.settings)
    expect(await two.db.select({ name: two.tables.domains.name }).from(two.tables.domains)).toEqual([
      { name: 'kept' },
    ])
    expect(await listMigrations(two)).toEqual(before)
    const anew = await two.acquireLease('again', 'a', 60_000)
    expect([stale?.epoch, anew?.epoch]).toEqual([1, 2])
    await two[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
  })

  test('two that open a new database at once agree', async () => {
    const other = await driver.fresh()
    const opened = await Promise.allSettled([openTestStore(other.settings), openTestStore(other.settings)])
    const stores = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const failures = opened.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    if (driver.shared) expect(failures).toEqual([])
    else expect(failures.map((failure) => failure instanceof StoreLockedError)).toEqual([true])
    for (const one of stores) {
      expect((await listMigrations(one)).every(({ appliedAt }) => appliedAt !== null)).toBe(true)
      await one[Symbol.asyncDispose]()
    }
    await other[Symbol.asyncDispose]()
  })

  test('disposing waits for what is under way', async () => {
    const other = await driver.fresh()
    const one = await openTestStore(other.settings)
    const writing = one.tx(async (tx) => {
      await tx.insert(one.tables.domains).values(domain('late'))
      return 'committed'
    })
    const [outcome] = await Promise.all([writing, one[Symbol.asyncDispose]()])
    expect(outcome).toBe('committed')
    await other[Symbol.asyncDispose]()
  })
})

describe('store on postgres, with several processes', () => {
  const driver = postgresDriver()
  const resources = new AsyncDisposableStack()
  let one: Store
  let two: Store

  beforeAll(async () => {
    resources.use(await driver.start())
    const database = resources.use(await driver.fresh())
    one = resources.use(await openTestStore(database.settings, 'm1'))
    two = resources.use(await openTestStore(database.settings, 'm2'))
  }, 60_000)
  afterAll(() => resources.disposeAsync(), 20_000)

  test('a conflict runs the body again, also when the body hides it', async () => {
    const { sharedConfig } = one.tables
    await one.tx(async (tx) => {
      await tx.insert(sharedConfig).values({ key: 'conflict', value: '', revision: 0 })
    })
    const bothHaveRead = Promise.withResolvers<void>()
    let readers = 0
    let attempts = 0
    const add = (store: Store) =>
      store.tx(async (tx) => {
        attempts += 1
        const [row] = await tx.select().from(sharedConfig).where(eq(sharedConfig.key, 'conflict'))
        readers += 1
        if (readers === 2) bothHaveRead.resolve()
        await bothHaveRead.promise
        try {
          await tx
            .update(sharedConfig)
            .set({ revision: (row?.revision ?? 0) + 1 })
            .where(eq(sharedConfig.key, 'conflict'))
        } catch {
          throw new Error('something of the body')
        }
      })
    await Promise.all([add(one), add(two)])
    const [row] = await one.db.select().from(sharedConfig).where(eq(sharedConfig.key, 'conflict'))
    expect(row?.revision).toBe(2)
    expect(attempts).toBe(3)
  })

  test('commits of another process are heard', async () => {
    let heard = 0
    using _listener = one.onCommit(() => {
      heard += 1
    })
    await until(async () => {
      await two.tx((tx) => tx.emit([scheduleEvent]))
      return heard > 0
    })
  })

  test('a reader that follows the numbers misses no event of concurrent writers', async () => {
    const before = (await readOutboxSince(one, 0)).length
    let writing = true
    const writers = Promise.all(
      [one, two].flatMap((store) =>
        Array.from({ length: 10 }, async () => {
          for (let n = 0; n < 5; n += 1) await store.tx((tx) => tx.emit([scheduleEvent, scheduleEvent]))
        }),
      ),
    ).finally(() => {
      writing = false
    })
    const seen: number[] = []
    for (let more = true; more; ) {
      more = writing
      const events = await readOutboxSince(one, seen.at(-1) ?? 0)
      seen.push(...events.map(({ id }) => Number(id)))
    }
    await writers
    expect(seen).toHaveLength(before + 200)
    expect(seen).toEqual((await readOutboxSince(one, 0)).map(({ id }) => Number(id)))
  }, 30_000)

  test('goes on after the server was killed', async () => {
    await driver.restart()
    await until(() =>
      one
        .ping()
        .then(() => true)
        .catch(() => false),
    )
    await until(() =>
      one
        .tx((tx) => tx.emit([scheduleEvent]))
        .then(() => true)
        .catch(() => false),
    )
  }, 60_000)
})
