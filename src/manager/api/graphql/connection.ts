import { type AnyColumn, and, asc, count, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Problem } from '../../../core/problem.ts'
import type { GraphContext } from './context.ts'
import { globalId, idOfNode } from './global-id.ts'
import { countOf, MAX_PAGE } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { Objects } from './types.generated.ts'

/** Arguments of every connection. */
export interface ConnectionArgs {
  filter?: string | null
  order?: string | null
  offset?: number | null
  before?: string | null
  after?: string | null
  first?: number | null
  last?: number | null
}

export interface ConnectionSource<Row> {
  /** The type of the nodes, which their global ids begin with. */
  readonly type: keyof Objects
  readonly table: SQLiteTable
  /** The column whose value is the plain id; the last term of every order. */
  readonly key: AnyColumn
  readonly columns: QueryColumns
  /** What the requester may see. */
  readonly visible: SQL | undefined
  keyOf(row: Row): string
  select(query: { where: SQL | undefined; orderBy: SQL[]; limit: number; offset: number }): Promise<Row[]>
}

export interface Connection<Row> {
  readonly pageInfo: Objects['PageInfo']
  readonly edges: { readonly node: Row; readonly cursor: string }[]
  readonly count: number
}

const refuse = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

/** A page of nodes: `first` after `after` or `offset`, or the `last` before `before`. @throws Problem */
export async function connection<Row>(
  context: GraphContext,
  args: ConnectionArgs,
  source: ConnectionSource<Row>,
): Promise<Connection<Row>> {
  checkArguments(args)
  const { db, dialect } = context.ports.store
  const where = and(source.visible, filterCondition(dialect, source.columns, args.filter))
  const orderBy = orderTerms(source.columns, args.order, [asc(source.key)])
  const total = await countOf(db.select({ n: count() }).from(source.table).where(where))
  const place = (cursor: string) => placeOf(context, source, cursor, where, orderBy)
  const before = args.before ? (await place(args.before)) - 1 : total
  const after = args.after ? await place(args.after) : (args.offset ?? 0)
  const slice = sliceOf(args, { total, before, after })
  const limit = slice.end - slice.start
  const rows = limit > 0 ? await source.select({ where, orderBy, limit, offset: slice.start }) : []
  return connectionOf(source, rows, { ...slice, total })
}

/** Which rows of a list a page has, from 0: those before `end`, or those after `start`. */
export function sliceOf(
  args: ConnectionArgs,
  { total, before, after }: { total: number; before: number; after: number },
): { start: number; end: number } {
  const size = Math.min(args.first ?? args.last ?? MAX_PAGE, MAX_PAGE)
  if (typeof args.last === 'number' || args.before) return { start: Math.max(0, before - size), end: before }
  return { start: after, end: Math.min(total, after + size) }
}

/** The page of these rows, which are those from `start` to `end`. */
export function connectionOf<Row>(
  source: Pick<ConnectionSource<Row>, 'type' | 'keyOf'>,
  rows: readonly Row[],
  { start, end, total }: { start: number; end: number; total: number },
): Connection<Row> {
  const edges = rows.map((node) => ({ node, cursor: globalId(source.type, source.keyOf(node)) }))
  return {
    pageInfo: {
      hasNextPage: end < total,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    edges,
    count: total,
  }
}

/** @throws Problem for bounds that contradict each other. */
export function checkArguments({ offset, first, last, before, after }: ConnectionArgs): void {
  for (const [name, value] of Object.entries({ offset, first, last })) {
    if (typeof value === 'number' && value < 0) throw refuse(`${name} must not be negative.`)
  }
  const isForward = typeof first === 'number' || Boolean(after)
  const isBackward = typeof last === 'number' || Boolean(before)
  if (isForward && isBackward) {
    throw refuse('A connection is paged in one direction: with first and after, or with last and before.')
  }
  if (typeof offset === 'number' && (isBackward || after)) {
    throw refuse('offset goes with first, not with a cursor or with last.')
  }
}

/** The place of a cursor's row in the order, from 1. */
async function placeOf<Row>(
  context: GraphContext,
  source: ConnectionSource<Row>,
  cursor: string,
  where: SQL | undefined,
  orderBy: readonly SQL[],
): Promise<number> {
  const id = idOfNode(source.type, cursor)
  const { db } = context.ports.store
  const ranked = db
    .select({
      id: sql<string>`${source.key}`.as('ranked_id'),
      place: sql<number>`row_number() over (order by ${sql.join([...orderBy], sql`, `)})`.as('place'),
    })
    .from(source.table)
    .where(where)
    .as('ranked')
  const text = sql<string>`cast(${ranked.id} as text)`
  const [row] = await db.select({ place: ranked.place }).from(ranked).where(eq(text, id)).limit(1)
  if (!row) throw refuse(`The cursor "${cursor}" is not in this list.`)
  return Number(row.place)
}
