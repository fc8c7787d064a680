import { setImmediate as nextTurn } from 'node:timers/promises'
import { and, asc, gt, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { BusEvent, EventBus } from '../events/bus.ts'
import type { EventKind } from '../events/define.ts'
import { EventPayloadError } from '../events/envelope.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { oncePerStore } from './once-per-store.ts'
import { prepareQuery } from './prepare.ts'
import { type Lease, LeaseLostError, type Store, type Tx } from './store.ts'

export interface OutboxRelayOptions {
  store: Store
  bus: EventBus
  /** The catalogue: src/events/catalog/index.ts. */
  kinds: ReadonlyMap<string, EventKind>
  clock: Clock
  log: Logger
  /** Who holds the lease, unique among managers. Default a random name. */
  holder?: string
  /** For how long relayed events can be read again, in milliseconds. Default 24 hours. */
  retentionMs?: number
  /** How often it looks without being woken, in milliseconds. Default 1000. */
  pollMs?: number
}

const LEASE_NAME = 'outbox-relay'
const LEASE_TTL_MS = 10_000
const BATCH = 200
const PRUNE_EVERY_MS = 10 * 60_000

/**
 * Publishes committed outbox events in order of their sequence numbers, each under its number as id. One process at a
 * time does so, under a lease; after a crash between publishing and marking, events are published again with the same
 * id. Disposing ends the round that is under way and gives the lease back.
 */
export function createOutboxRelay(options: OutboxRelayOptions): AsyncDisposable {
  const { store, clock, log, pollMs = 1000, holder = crypto.randomUUID() } = options
  const stop = new AbortController()
  const waker = createWaker(clock)
  const listener = store.onCommit(waker.wake)
  let lease: Lease | null = null
  let renewAt = 0
  let pruneAt = 0

  /** Whether this process may relay now; asks the store only when its last answer is old. */
  async function holdsLease(): Promise<boolean> {
    const now = clock.now()
    if (now < renewAt) return lease !== null
    lease = await store.acquireLease(LEASE_NAME, holder, LEASE_TTL_MS)
    renewAt = now + (lease === null ? pollMs : LEASE_TTL_MS / 2)
    return lease !== null
  }

  async function round(): Promise<void> {
    while (!stop.signal.aborted && (await holdsLease()) && lease !== null) {
      const published = await relayBatch(options, lease)
      if (published < BATCH) break
    }
    if (lease !== null && clock.now() >= pruneAt) {
      pruneAt = clock.now() + PRUNE_EVERY_MS
      await pruneOutbox(options, lease)
    }
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await round()
      } catch (error) {
        renewAt = 0
        if (error instanceof LeaseLostError) log.info({ holder }, 'another manager relays events now')
        else log.warn({ err: error }, 'relaying events failed and is tried again')
        await clock.sleep(pollMs, stop.signal).catch(() => undefined)
        continue
      }
      await waker.wait(pollMs, stop.signal)
      // Whoever wrote the event is mostly at work on what follows from it: that goes first.
      await nextTurn()
    }
    if (lease !== null) await store.releaseLease(lease)
  }
  const done = loop()

  return {
    async [Symbol.asyncDispose]() {
      listener[Symbol.dispose]()
      stop.abort()
      await done
    },
  }
}

/** Publishes the oldest waiting events and marks them; returns how many. */
async function relayBatch(options: OutboxRelayOptions, lease: Lease): Promise<number> {
  const { store, clock } = options
  const rows = await relayQueries(store).waiting({})
  const published: number[] = []
  let failure: unknown = null
  for (const row of rows) {
    try {
      await publish(options, row)
      published.push(row.seq)
    } catch (error) {
      failure = error
      break
    }
  }
  if (published.length > 0) {
    // A lost mark only publishes again, under the same ids.
    await store.tx(
      async (tx) => {
        await store.checkLease(tx, lease)
        await mark(store, tx, published, new Date(clock.now()))
      },
      { relaxed: true },
    )
  }
  if (failure !== null) throw failure
  return published.length
}

/** Numbers of the mark that is prepared; a commit seldom has more events. */
const FEW = [...Array(8).keys()].map((index) => `seq${index}`)

const relayQueries = oncePerStore(({ db, tables: { outbox } }: Pick<Store, 'db' | 'tables'>) => {
  const few = FEW.map((name) => sql.placeholder(name))
  const set: Record<string, unknown> = { relayedAt: sql.placeholder('relayedAt') }
  return {
    waiting: prepareQuery(
      'outbox_waiting',
      db.select().from(outbox).where(isNull(outbox.relayedAt)).orderBy(asc(outbox.seq)).limit(BATCH),
    ),
    markFew: prepareQuery('outbox_mark', db.update(outbox).set(set).where(inArray(outbox.seq, few))),
  }
})

async function mark(store: Store, tx: Tx, numbers: readonly number[], relayedAt: Date): Promise<void> {
  if (numbers.length > FEW.length) {
    const { outbox } = store.tables
    await tx
      .update(outbox)
      .set({ relayedAt })
      .where(inArray(outbox.seq, [...numbers]))
    return
  }
  // Too few are filled up with the first again.
  const few = Object.fromEntries(FEW.map((name, index) => [name, numbers[index] ?? numbers[0]]))
  await relayQueries(store).markFew({ ...few, relayedAt }, tx)
}

type OutboxRow = Store['tables']['outbox']['$inferSelect']

/** An event that no version can publish is passed over, loudly: it must not hold up those behind it. */
async function publish({ bus, kinds, log }: OutboxRelayOptions, row: OutboxRow): Promise<void> {
  const kind = kinds.get(row.name)
  if (kind === undefined) {
    log.error({ seq: row.seq, name: row.name }, 'an event of an unknown kind is not relayed')
    return
  }
  try {
    await bus.publish(kind, row.payload, {
      id: String(row.seq),
      source: row.source,
      at: row.createdAt.getTime(),
    })
  } catch (error) {
    if (!(error instanceof EventPayloadError)) throw error
    log.error({ seq: row.seq, name: row.name, err: error }, 'an event with a bad payload is not relayed')
  }
}

async function pruneOutbox(options: OutboxRelayOptions, lease: Lease): Promise<void> {
  const { store, clock, retentionMs = 24 * 3600_000 } = options
  const { outbox } = store.tables
  const before = new Date(clock.now() - retentionMs)
  await store.tx(async (tx) => {
    await store.checkLease(tx, lease)
    await tx.delete(outbox).where(and(isNotNull(outbox.relayedAt), lt(outbox.createdAt, before)))
  })
}

/** Sleeps that end early when somebody wakes them; a wake between two sleeps is not lost. */
function createWaker(clock: Clock) {
  let pending = false
  let cancel: (() => void) | null = null
  return {
    wake() {
      pending = true
      cancel?.()
    },
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      if (!pending && !signal.aborted) {
        const own = new AbortController()
        cancel = () => own.abort()
        await clock.sleep(ms, AbortSignal.any([own.signal, signal])).catch(() => undefined)
        cancel = null
      }
      pending = false
    },
  }
}

/**
 * Events with a number above `seq`, oldest first, as a subscriber saw them: for streams that resume. `names` absent:
 * all kinds. Fewer than `limit` mean that there are no more for now.
 */
export async function readOutboxSince(
  store: Store,
  seq: number,
  names?: readonly string[],
  limit = 1000,
): Promise<BusEvent[]> {
  const { outbox } = store.tables
  const wanted = names === undefined ? undefined : inArray(outbox.name, [...names])
  const rows = await store.db
    .select()
    .from(outbox)
    .where(and(gt(outbox.seq, seq), wanted))
    .orderBy(asc(outbox.seq))
    .limit(limit)
  return rows.map((row) => ({
    id: String(row.seq),
    name: row.name,
    source: row.source,
    at: row.createdAt.getTime(),
    payload: row.payload,
  }))
}
