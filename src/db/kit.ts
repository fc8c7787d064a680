import * as pg from 'drizzle-orm/pg-core'
import * as lite from 'drizzle-orm/sqlite-core'

/** Columns by one vocabulary: each table is defined once and made for both dialects (architecture, decision 2). */
export const sqliteKit = {
  table: lite.sqliteTable,
  text: (name: string) => lite.text(name),
  int: (name: string) => lite.integer(name),
  /** 53-bit safe integers such as byte counts. */
  long: (name: string) => lite.integer(name, { mode: 'number' }),
  real: (name: string) => lite.real(name),
  bool: (name: string) => lite.integer(name, { mode: 'boolean' }),
  /** A point in time, millisecond precision, as a JS Date. */
  time: (name: string) => lite.integer(name, { mode: 'timestamp_ms' }),
  json: <T>(name: string) => lite.text(name, { mode: 'json' }).$type<T>(),
  bytes: (name: string) => lite.blob(name, { mode: 'buffer' }),
  uuid: (name: string) => lite.text(name),
  /** A growing number that the database assigns. */
  serial: (name: string) => lite.integer(name).primaryKey({ autoIncrement: true }),
  index: lite.index,
  uniqueIndex: lite.uniqueIndex,
  primaryKey: lite.primaryKey,
}

export type Kit = typeof sqliteKit

const postgresColumns = {
  table: pg.pgTable,
  text: (name: string) => pg.text(name),
  int: (name: string) => pg.integer(name),
  long: (name: string) => pg.bigint(name, { mode: 'number' }),
  real: (name: string) => pg.doublePrecision(name),
  bool: (name: string) => pg.boolean(name),
  time: (name: string) => pg.timestamp(name, { withTimezone: true, mode: 'date', precision: 3 }),
  json: <T>(name: string) => pg.jsonb(name).$type<T>(),
  bytes: (name: string) => pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' })(name),
  uuid: (name: string) => pg.uuid(name),
  serial: (name: string) => pg.bigserial(name, { mode: 'number' }).primaryKey(),
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
}

/** The same vocabulary on PostgreSQL; its static type is SQLite's, since the JavaScript values are the same. */
export const postgresKit = postgresColumns as unknown as Kit
