import { PgDatabase, PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from 'drizzle-orm/pg-core'
import { PostgresJsSession } from 'drizzle-orm/postgres-js/session'
import type { Sql } from 'postgres'
import { databaseErrorCode, TransactionEndedError } from '../errors.ts'
import { changed } from '../prepare.ts'
import type { BareTx, Db } from '../store.ts'

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

export const isConflict = (error: unknown): boolean => {
  const code = databaseErrorCode(error)
  return code === SERIALIZATION_FAILURE || code === DEADLOCK
}

/** Watches the queries of one attempt of a transaction. */
export interface TransactionWatch {
  open: boolean
  /** A conflict ends the attempt even where the body catches it and throws something else. */
  conflict: boolean
}

type PrepareArguments<T extends PreparedQueryConfig> = Parameters<
  typeof PostgresJsSession.prototype.prepareQuery<T>
>

/** drizzle's session, which refuses queries after the end and remembers conflicts. */
class WatchedSession extends PostgresJsSession<Sql, Record<string, never>, Record<string, never>> {
  readonly watch: TransactionWatch

  constructor(client: Sql, dialect: PgDialect, watch: TransactionWatch) {
    super(client, dialect, undefined)
    this.watch = watch
  }

  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    ...[sql, fields, name, arrayMode, mapper, metadata, cache]: PrepareArguments<T>
  ): PgPreparedQuery<T> {
    return watched(super.prepareQuery<T>(sql, fields, name, arrayMode, mapper, metadata, cache), this.watch)
  }
}

function watched<T extends Executable>(query: T, watch: TransactionWatch): T {
  const execute = query.execute.bind(query)
  query.execute = async (values) => {
    if (!watch.open) throw new TransactionEndedError()
    try {
      return await execute(values)
    } catch (error) {
      if (isConflict(error)) watch.conflict = true
      throw error
    }
  }
  return query
}

interface Executable {
  execute(values?: Record<string, unknown>): Promise<unknown>
}

/** A drizzle handle on the connection of one transaction. */
export function postgresTransactionDb(client: Sql, watch: TransactionWatch): BareTx {
  const dialect = new PgDialect()
  const session = new WatchedSession(client, dialect, watch)
  const db = new PgDatabase(dialect, session, undefined) as unknown as Db
  const rebind: BareTx['rebind'] = (prepared) => {
    const copy = changed(prepared, { client })
    watched(copy as unknown as Executable, watch)
    return copy
  }
  return Object.assign(db, { rebind })
}
