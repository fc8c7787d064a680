/** Another process owns the database file. */
export class StoreLockedError extends Error {
  /** As far as it has written down who it is. */
  readonly holder: StoreHolder | null

  /** @param pids who has the lock, as far as the kernel tells. */
  constructor(path: string, holder: StoreHolder | null, pids: readonly number[] = []) {
    super(`the database ${path} is in use by ${describeHolder(holder, pids)}`)
    this.name = 'StoreLockedError'
    this.holder = holder
  }
}

function describeHolder(holder: StoreHolder | null, pids: readonly number[]): string {
  if (holder) return `${holder.role} (process ${holder.pid}, since ${holder.since})`
  if (pids.length === 0) return 'another process'
  return `${pids.length === 1 ? 'process' : 'the processes'} ${pids.join(', ')}`
}

export interface StoreHolder {
  pid: number
  /** What it runs as, e.g. `up` or `mgr fixture populate`. */
  role: string
  /** ISO time at which it opened the file. */
  since: string
}

/** `store.tx` was called inside the body of another `store.tx`: pass the outer `tx` on instead. */
export class NestedTransactionError extends Error {
  constructor() {
    super('store.tx was called inside a transaction of the same store: use the tx that you were given')
    this.name = 'NestedTransactionError'
  }
}

/** A query of a transaction ran after its end: an await is missing in the body. */
export class TransactionEndedError extends Error {
  constructor() {
    super('a query was run on a transaction that has ended: await every query inside the body')
    this.name = 'TransactionEndedError'
  }
}

/** A write transaction met a conflict each time it was tried. */
export class StoreConflictError extends Error {
  constructor(attempts: number, cause: unknown) {
    super(`a write transaction still conflicts after ${attempts} attempts`, { cause })
    this.name = 'StoreConflictError'
  }
}

/** The schema of the database is not one that this version can work on. */
export class SchemaMismatchError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SchemaMismatchError'
  }
}

export class StoreClosedError extends Error {
  constructor() {
    super('the store is closed')
    this.name = 'StoreClosedError'
  }
}

/** The database's own code of a failed query, e.g. `23505` or `SQLITE_CONSTRAINT_UNIQUE`; drizzle wraps the error. */
export function databaseErrorCode(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return null
}

const UNIQUE = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])
const FOREIGN_KEY = new Set(['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'])

/** Whether a write failed because a row with such a key is there already. */
export const isUniqueViolation = (error: unknown): boolean => UNIQUE.has(databaseErrorCode(error) ?? '')

/** Whether a write failed because it names a row that is not there, or removes one that others name. */
export const isForeignKeyViolation = (error: unknown): boolean =>
  FOREIGN_KEY.has(databaseErrorCode(error) ?? '')
