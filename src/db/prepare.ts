import { Column, is, Param, Placeholder } from 'drizzle-orm'
import type { BareTx } from './store.ts'

type Values = Record<string, unknown>

interface Preparable<Row> extends PromiseLike<Row> {
  prepare(): unknown
}

interface Prepared<Row> {
  execute(values?: Values): Row | Promise<Row>
}

/** What drizzle has prepared for SQLite. */
interface LitePrepared {
  stmt: { values(...values: unknown[]): unknown[][] }
  query: { params: readonly unknown[] }
  fields?: readonly { path: readonly string[]; field: unknown }[]
}

/** What drizzle has prepared for PostgreSQL. */
interface PostgresPrepared {
  params: readonly unknown[]
}

/** Runs a prepared query: in the transaction, else on the store's read-only handle. */
export type PreparedQuery<Row> = (values: Values, tx?: Pick<BareTx, 'rebind'>) => Promise<Row>

/**
 * Builds a query or a write once, on `store.db`, and runs it many times: several times cheaper on both dialects. Values
 * are `sql.placeholder(…)`s. `name` is the statement's on PostgreSQL, where each connection prepares it once; one name,
 * one query.
 *
 * @example
 * const byId = prepareQuery('session_by_id', store.db.select().from(sessions).where(eq(sessions.id, sql.placeholder('id'))))
 * const [row] = await byId({ id })
 * await store.tx(async (tx) => (await byId({ id }, tx))[0])
 */
export function prepareQuery<Row>(name: string, query: Preparable<Row>): PreparedQuery<Row> {
  // SQLite's builder takes no name, PostgreSQL's needs one; our static types are SQLite's.
  const prepare = query.prepare as (this: Preparable<Row>, name: string) => Prepared<Row>
  const prepared = prepare.call(query, name)
  const run = isLite(prepared)
    ? runLite<Row>(prepared)
    : runPostgres<Row>(prepared as unknown as PostgresPrepared)
  return async (values, tx) => run(values, tx)
}

/** A copy of something that drizzle has prepared, with some of its fields replaced. */
export const changed = <T extends object>(prepared: T, changes: object): T =>
  Object.assign(Object.create(Object.getPrototypeOf(prepared)), prepared, changes)

type Run<Row> = (values: Values, tx: Pick<BareTx, 'rebind'> | undefined) => Row | Promise<Row>

const isLite = (prepared: object): prepared is LitePrepared => 'stmt' in prepared

function runPostgres<Row>(prepared: PostgresPrepared): Run<Row> {
  const parameters = prepared.params.map(parameterOf)
  return (values, tx) => {
    const own = changed(prepared, { params: parameters.map((valueIn) => valueIn(values)) })
    return ((tx ? tx.rebind(own) : own) as unknown as Prepared<Row>).execute()
  }
}

/**
 * Rows of plain columns are mapped here, as drizzle would: it takes twice as long for it as SQLite needs to find one.
 */
function runLite<Row>(prepared: LitePrepared): Run<Row> {
  const { query, fields } = prepared
  const parameters = query.params.map(parameterOf)
  const rowOf = fields ? rowMapper(fields) : null
  return (values, tx) => {
    const own = tx ? tx.rebind(prepared) : prepared
    const params = parameters.map((valueIn) => valueIn(values))
    if (rowOf) return own.stmt.values(...params).map(rowOf) as Row
    return (changed(own, { query: { ...query, params } }) as unknown as Prepared<Row>).execute()
  }
}

/** Null where there is more than plain columns. */
function rowMapper(
  fields: NonNullable<LitePrepared['fields']>,
): ((found: readonly unknown[]) => Values) | null {
  const columns = fields.map(columnOf).filter((column) => column !== null)
  if (columns.length !== fields.length || columns.length === 0) return null
  return (found) => {
    const row: Values = {}
    for (const [index, { key, column }] of columns.entries()) {
      const value = found[index]
      row[key] = value === null ? null : column.mapFromDriverValue(value)
    }
    return row
  }
}

function columnOf({
  path,
  field,
}: {
  path: readonly string[]
  field: unknown
}): { key: string; column: Column } | null {
  const [key, ...rest] = path
  return key !== undefined && rest.length === 0 && is(field, Column) ? { key, column: field } : null
}

/** How a parameter is filled in. drizzle would give null to the column's encoder, which makes JSON's `null` of it. */
function parameterOf(parameter: unknown): (values: Values) => unknown {
  if (is(parameter, Placeholder)) return (values) => given(values, parameter.name)
  if (is(parameter, Param) && is(parameter.value, Placeholder)) {
    const { encoder } = parameter
    const { name } = parameter.value
    return (values) => {
      const value = given(values, name)
      return value === null ? null : encoder.mapToDriverValue(value)
    }
  }
  return () => parameter
}

function given(values: Values, name: string): unknown {
  if (!(name in values)) throw new Error(`No value for placeholder "${name}" was provided`)
  return values[name] ?? null
}
