import type { Database, SQLQueryBindings, Statement } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import { TransactionEndedError } from '../errors.ts'
import { changed } from '../prepare.ts'
import type { BareTx, Db } from '../store.ts'

/** The handle of one transaction, which watches what the body does with it. */
export interface SqliteTransaction {
  readonly db: BareTx
  /** Ends the handle; throws the first error of a query, even one that the body has caught, as PostgreSQL would. */
  close(): void
}

export function openSqliteTransaction(compile: (sql: string) => Statement): SqliteTransaction {
  let open = true
  let failure: { error: unknown } | null = null

  const watched = <T>(run: () => T): T => {
    if (!open) throw new TransactionEndedError()
    try {
      return run()
    } catch (error) {
      failure ??= { error }
      throw error
    }
  }

  const prepare = (sql: string) => {
    const statement = watched(() => compile(sql))
    return {
      run: (...values: SQLQueryBindings[]) => watched(() => statement.run(...values)),
      all: (...values: SQLQueryBindings[]) => watched(() => statement.all(...values)),
      values: (...values: SQLQueryBindings[]) => watched(() => statement.values(...values)),
    }
  }

  const rebind: BareTx['rebind'] = (prepared) => {
    const { query } = prepared as unknown as { query: { sql: string } }
    return changed(prepared, { stmt: prepare(query.sql) })
  }

  // drizzle's session for bun:sqlite asks its client for `prepare` only.
  const client = { prepare } as unknown as Database
  return {
    db: Object.assign(drizzle({ client }) as unknown as Db, { rebind }),
    close() {
      open = false
      if (failure !== null) throw failure.error
    },
  }
}
