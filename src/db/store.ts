import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import type { Tables } from './tables/index.ts'

/**
 * A drizzle handle; its static type is SQLite's for both dialects. Await every query, and use only what both
 * dialects share: select, insert … onConflictDo…, update, delete, returning; never `.get()`, `.all()`, `.run()`.
 */
export type Db = BaseSQLiteDatabase<'async', unknown, Record<string, never>>

/** An event to be relayed once the transaction that wrote it has committed. */
export interface OutboxEvent {
  name: string
  payload: unknown
}

/** The handle of one transaction. */
export interface BareTx extends Db {
  /** What drizzle has prepared on `Store.db`, for this transaction: `prepareQuery` calls it. */
  rebind<T extends object>(prepared: T): T
}

/** Inside `tx`: the handle plus the outbox of this transaction. */
export interface Tx extends BareTx {
  /** Writes the events in this transaction; the relay publishes them after the commit, in order. */
  emit(events: readonly OutboxEvent[]): Promise<void>
}

export interface Lease {
  name: string
  holder: string
  epoch: number
}

export interface TxOptions {
  /**
   * A power loss may take the transaction, a crash of any process may not. For what the next start does again anyway;
   * it never outlives a transaction before it. Default false.
   */
  relaxed?: boolean
}

/** The store port: one suite in test/contract/store.test.ts runs against both drivers. */
export interface Store extends AsyncDisposable {
  readonly dialect: 'sqlite' | 'postgres'
  readonly tables: Tables
  /** For reads. Writes go through `tx`, always. */
  readonly db: Db
  /**
   * Runs `body` in one serialisable write transaction. The body may run again after a conflict, so it awaits
   * nothing but the store and has no other effect. A throw rolls back, and so does a failed query, caught or not.
   */
  tx<T>(body: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** Called after each commit that emitted events: in this process, and soon after those of others on PostgreSQL. */
  onCommit(listener: () => void): Disposable
  /** Takes or prolongs a lease for `ttlMs`; null while another holder has it. */
  acquireLease(name: string, holder: string, ttlMs: number): Promise<Lease | null>
  releaseLease(lease: Lease): Promise<void>
  /** Throws `LeaseLostError` inside `tx` unless `lease` is still the current epoch: call it first in a guarded write. */
  checkLease(tx: Tx, lease: Lease): Promise<void>
  /** Cheap liveness question. */
  ping(): Promise<void>
}

export class LeaseLostError extends Error {
  constructor(lease: Lease) {
    super(`lease "${lease.name}" (epoch ${lease.epoch}) is no longer held by ${lease.holder}`)
    this.name = 'LeaseLostError'
  }
}
