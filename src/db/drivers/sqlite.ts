import { Database } from 'bun:sqlite'
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { createCommitListeners } from '../commit-listeners.ts'
import { NestedTransactionError, StoreClosedError } from '../errors.ts'
import { insertRows } from '../insert-rows.ts'
import { sqliteKit } from '../kit.ts'
import { createLeases } from '../leases.ts'
import { createOutboxBuffer } from '../outbox.ts'
import type { Db, Store, Tx, TxOptions } from '../store.ts'
import { defineTables } from '../tables/index.ts'
import { closeToOthers, makePrivate } from './private-file.ts'
import { lockDatabaseFile } from './sqlite-lock.ts'
import { migrateSqlite } from './sqlite-migrate.ts'
import { openSqliteTransaction } from './sqlite-transaction.ts'
import { createStatementCache } from './statement-cache.ts'

export interface SqliteStoreOptions {
  /** The database file; its directory is made. `:memory:` keeps nothing after the process. */
  path: string
  clock: Clock
  log: Logger
  /** Written as the source of events that this process emits: its manager id. Default `manager`. */
  source?: string
  /** What this process tells others that find the file locked, e.g. `up`. Default `backendai`. */
  role?: string
}

const SLOW_TRANSACTION_MS = 1000

/** Opens the embedded store, alone (else `StoreLockedError`), and brings its schema up to date. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock, log, source = 'manager' } = options
  const stack = new DisposableStack()
  try {
    const { reader, writer, sync } = openConnections(options, stack)
    return createStore(reader, writer, { clock, log, source, sync }, stack.move())
  } catch (error) {
    stack.dispose()
    throw error
  }
}

function openConnections(options: SqliteStoreOptions, stack: DisposableStack) {
  const { clock, log, role = 'backendai' } = options
  const inMemory = options.path === ':memory:'
  const path = inMemory ? join(mkdtempSync(join(tmpdir(), 'backendai-db-')), 'store.db') : options.path
  if (!inMemory) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o711 })
    stack.use(lockDatabaseFile(path, role, clock))
  }
  // Secret keys are in it; SQLite gives side files that it makes the same mode.
  makePrivate(path)
  for (const side of ['-wal', '-shm', '-journal']) closeToOthers(path + side)
  const writer = connect(path, stack)
  writer.run('PRAGMA journal_mode = WAL')
  const sync: Deps['sync'] = inMemory ? 'OFF' : 'FULL'
  writer.run(`PRAGMA synchronous = ${sync}`)
  migrateSqlite(writer, { clock, log })
  writer.run('PRAGMA foreign_keys = ON')
  const reader = connect(path, stack)
  reader.run('PRAGMA query_only = ON')
  reader.query('SELECT count(*) FROM schema_migrations').get()
  // Both connections have every file open now: without names nothing is left behind, even after SIGKILL.
  if (inMemory) rmSync(dirname(path), { recursive: true })
  return { reader, writer, sync }
}

function connect(path: string, stack: DisposableStack): Database {
  const connection = new Database(path, { create: true, readwrite: true })
  stack.defer(() => connection.close())
  connection.run('PRAGMA busy_timeout = 5000')
  return connection
}

interface Deps {
  clock: Clock
  log: Logger
  source: string
  /** The level of `PRAGMA synchronous` for acknowledged writes. */
  sync: 'FULL' | 'OFF'
}

function createStore(reader: Database, writer: Database, deps: Deps, resources: DisposableStack): Store {
  const { clock, log, source, sync } = deps
  const tables = defineTables(sqliteKit)
  const listeners = createCommitListeners(log)
  const compile = createStatementCache(writer, resources)
  const current = new AsyncLocalStorage<{ open: boolean }>()
  // drizzle's session for bun:sqlite asks its client for `prepare` only.
  const readerClient = { prepare: createStatementCache(reader, resources) } as unknown as Database
  const reading = drizzle({ client: readerClient }) as unknown as Db
  let tail: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | null = null

  async function run<T>(body: (tx: Tx) => Promise<T>, { relaxed = false }: TxOptions): Promise<T> {
    const startedAt = clock.now()
    const outbox = createOutboxBuffer(source, clock.now)
    const transaction = openSqliteTransaction(compile)
    const scope = { open: true }
    // NORMAL leaves it in the log, whose next full commit or checkpoint brings all before it to the disk, in order.
    const isLight = relaxed && sync === 'FULL'
    if (isLight) writer.run('PRAGMA synchronous = NORMAL')
    let result: T
    try {
      writer.run('BEGIN IMMEDIATE')
      const tx = Object.assign(transaction.db, { emit: outbox.emit })
      result = await current.run(scope, () => body(tx))
      await insertRows(tx, { db: reading }, tables.outbox, outbox.rows)
      transaction.close()
      writer.run('COMMIT')
    } catch (error) {
      if (writer.inTransaction) writer.run('ROLLBACK')
      throw error
    } finally {
      scope.open = false
      if (isLight) writer.run('PRAGMA synchronous = FULL')
      const took = clock.now() - startedAt
      if (took > SLOW_TRANSACTION_MS) log.warn({ took }, 'a write transaction held the store for long')
    }
    if (outbox.rows.length > 0) listeners.notify()
    return result
  }

  function tx<T>(body: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
    if (closing !== null) return Promise.reject(new StoreClosedError())
    if (current.getStore()?.open === true) return Promise.reject(new NestedTransactionError())
    const done = tail.then(() => run(body, options))
    tail = done.catch(() => undefined)
    return done
  }

  return {
    dialect: 'sqlite',
    tables,
    db: reading,
    tx,
    ...createLeases({ tx, tables, db: reading }, clock),
    onCommit: listeners.add,
    async ping() {
      if (closing !== null) throw new StoreClosedError()
      reader.query('SELECT 1').get()
    },
    [Symbol.asyncDispose]() {
      closing ??= tail.then(() => resources.dispose())
      return closing
    },
  }
}
