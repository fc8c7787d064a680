import { getTableName, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { oncePerStore } from './once-per-store.ts'
import { type PreparedQuery, prepareQuery } from './prepare.ts'
import type { BareTx, Store } from './store.ts'

/** More rows at once are rare, and each number of them would be a statement to remember. */
const MOST_ROWS = 8

const statements = oncePerStore<Pick<Store, 'db'>, Map<string, PreparedQuery<unknown>>>(() => new Map())

/**
 * Inserts a few rows with plain values, by a statement that is prepared once for each set of columns: building it takes
 * longer than running it. Columns that are absent or undefined get their defaults.
 */
export async function insertRows<T extends SQLiteTable>(
  tx: BareTx,
  store: Pick<Store, 'db'>,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> {
  if (rows.length === 0) return
  if (rows.length > MOST_ROWS) {
    await tx.insert(table).values([...rows])
    return
  }
  const values: Record<string, unknown> = {}
  const shape = rows.map((row, index) => {
    const given = Object.entries(row).filter(([, value]) => value !== undefined)
    for (const [key, value] of given) values[`${index}.${key}`] = value
    return given.map(([key]) => key)
  })
  const key = `${getTableName(table)} ${JSON.stringify(shape)}`
  const known = statements(store)
  const insert = known.get(key) ?? prepareInsert(store, table, shape)
  known.set(key, insert)
  await insert(values, tx)
}

function prepareInsert<T extends SQLiteTable>(
  { db }: Pick<Store, 'db'>,
  table: T,
  shape: readonly string[][],
): PreparedQuery<unknown> {
  const rows = shape.map((keys, index) =>
    Object.fromEntries(keys.map((key) => [key, sql.placeholder(`${index}.${key}`)])),
  )
  return prepareQuery(`insert_${getTableName(table)}`, db.insert(table).values(rows as T['$inferInsert'][]))
}
