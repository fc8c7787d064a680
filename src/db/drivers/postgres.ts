import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { createCommitListeners } from '../commit-listeners.ts'
import {
  NestedTransactionError,
  SchemaMismatchError,
  StoreClosedError,
  StoreConflictError,
} from '../errors.ts'
import { insertRows } from '../insert-rows.ts'
import { postgresKit } from '../kit.ts'
import { createLeases } from '../leases.ts'
import { createOutboxBuffer, type OutboxRow } from '../outbox.ts'
import type { BareTx, Db, Store, Tx, TxOptions } from '../store.ts'
import { defineTables } from '../tables/index.ts'
import { createPostgresClient, describePostgresUrl } from './postgres-client.ts'
import { OUTBOX_LOCK } from './postgres-locks.ts'
import { migratePostgres } from './postgres-migrate.ts'
import { listenForCommits, OUTBOX_CHANNEL } from './postgres-notify.ts'
import { isConflict, postgresTransactionDb } from './postgres-transaction.ts'

export interface PostgresStoreOptions {
  /** `postgresql://user:password@host:port/database`, straight or through a pooler in session mode. */
  url: string
  /** Connections, at most; one more listens. */
  poolSize: number
  clock: Clock
  log: Logger
  /** Written as the source of events that this process emits: its manager id. Default `manager`. */
  source?: string
  /** Chance for the pauses between attempts, 0 to 1. Default Math.random. */
  random?: () => number
}

const MAX_ATTEMPTS = 20
const MAX_PAUSE_MS = 250
const BEGIN = 'isolation level serializable read write'

/** Opens the cluster's store and brings its schema up to date, one process at a time. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, clock, log } = options
  const sql = createPostgresClient(options)
  try {
    await migratePostgres(sql, { clock, log })
  } catch (error) {
    await sql.end({ timeout: 1 })
    if (error instanceof SchemaMismatchError) throw error
    throw new Error(`cannot use the database ${describePostgresUrl(url)}: ${String(error)}`, { cause: error })
  }
  return createStore(sql, options)
}

function createStore(sql: Sql, options: PostgresStoreOptions): Store {
  const { clock, log, source = 'manager', random = Math.random } = options
  const tables = defineTables(postgresKit)
  const listeners = createCommitListeners(log)
  const current = new AsyncLocalStorage<{ open: boolean }>()
  const self = randomUUID()
  const listening = listenForCommits({ sql, self, onOther: listeners.notify, clock, log })
  const reading = drizzle({ client: sql }) as unknown as Db
  let closing: Promise<void> | null = null

  /** The lock makes later numbers wait for this commit: a reader that sees one has seen all before it. */
  async function writeOutbox(connection: Sql, tx: BareTx, rows: readonly OutboxRow[]) {
    // Sent now, in front of the insert: by itself a query is sent when it is first awaited.
    const before = connection
      .unsafe(`SELECT pg_advisory_xact_lock(${OUTBOX_LOCK}), pg_notify('${OUTBOX_CHANNEL}', '${self}')`)
      .execute()
    await Promise.all([before, insertRows(tx, { db: reading }, tables.outbox, rows)])
  }

  async function attempt<T>(
    body: (tx: Tx) => Promise<T>,
    { relaxed = false }: TxOptions,
  ): Promise<Attempt<T>> {
    const outbox = createOutboxBuffer(source, clock.now)
    const watch = { open: true, conflict: false }
    try {
      const value = await sql.begin(BEGIN, async (transaction) => {
        const connection = transaction as unknown as Sql
        const tx = Object.assign(postgresTransactionDb(connection, watch), { emit: outbox.emit })
        const light = relaxed ? connection.unsafe('SET LOCAL synchronous_commit = off') : null
        const [result] = await Promise.all([current.run(watch, () => body(tx)), light])
        watch.open = false
        if (outbox.rows.length > 0) {
          await writeOutbox(
            connection,
            postgresTransactionDb(connection, { open: true, conflict: false }),
            outbox.rows,
          )
        }
        return { result }
      })
      return { done: true, result: value.result, emitted: outbox.rows.length > 0 }
    } catch (error) {
      return { done: false, error, again: watch.conflict || isConflict(error) }
    } finally {
      watch.open = false
    }
  }

  async function tx<T>(body: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    if (closing !== null) throw new StoreClosedError()
    if (current.getStore()?.open === true) throw new NestedTransactionError()
    for (let count = 1; ; count += 1) {
      const outcome = await attempt(body, options)
      if (outcome.done) {
        if (outcome.emitted) listeners.notify()
        return outcome.result
      }
      if (!outcome.again) throw outcome.error
      if (count === MAX_ATTEMPTS) throw new StoreConflictError(count, outcome.error)
      log.debug({ count }, 'a write transaction met a conflict and is tried again')
      await clock.sleep(random() * Math.min(4 * 2 ** count, MAX_PAUSE_MS))
    }
  }

  return {
    dialect: 'postgres',
    tables,
    db: reading,
    tx,
    ...createLeases({ tx, tables, db: reading }, clock),
    onCommit: listeners.add,
    async ping() {
      if (closing !== null) throw new StoreClosedError()
      await sql.unsafe('SELECT 1')
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        await listening[Symbol.asyncDispose]()
        await sql.end({ timeout: 5 })
      })()
      return closing
    },
  }
}

type Attempt<T> =
  | { done: true; result: T; emitted: boolean }
  | { done: false; error: unknown; again: boolean }
