import {
  type AnyColumn,
  and,
  asc,
  Column,
  desc,
  eq,
  gt,
  gte,
  inArray,
  is,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import {
  type Filter,
  type FilterOperator,
  type FilterValue,
  parseFilter,
  parseOrder,
  QueryFilterError,
} from '../../../core/query-filter.ts'
import type { Store } from '../../../db/store.ts'

/** A name of the filter language as a column; `upper` and `lower` are how an enumeration is stored. */
export interface QueryColumn {
  readonly column: AnyColumn | SQL
  /** Where `column` is an expression: the column whose values it has, for times. */
  readonly like?: AnyColumn
  readonly kind: 'text' | 'upper' | 'lower' | 'uuid' | 'number' | 'boolean' | 'time' | 'list'
}
export type QueryColumns = Readonly<Record<string, QueryColumn>>

type Dialect = Store['dialect']
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const NEVER = sql`1 = 0`

const refuse = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

/** @throws Problem for what cannot be read, unknown columns, and values that a column cannot have. */
export function filterCondition(
  dialect: Dialect,
  columns: QueryColumns,
  text: string | null | undefined,
): SQL | undefined {
  if (!text?.trim()) return undefined
  return condition(
    dialect,
    columns,
    readable(() => parseFilter(text)),
  )
}

/** The terms of `order`, then `fallback`. */
export function orderTerms(
  columns: QueryColumns,
  text: string | null | undefined,
  fallback: readonly SQL[],
): SQL[] {
  if (!text?.trim()) return [...fallback]
  const keys = readable(() => parseOrder(text))
  const terms = keys.map(({ field, descending }) => {
    const { column } = columnOf(columns, field)
    if (is(column, Column) && column.notNull) return descending ? desc(column) : asc(column)
    // PostgreSQL's way, said so that SQLite goes it too; where nothing is null an index serves both.
    return descending ? sql`${column} desc nulls first` : sql`${column} asc nulls last`
  })
  return [...terms, ...fallback]
}

function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof QueryFilterError) throw refuse(error.message)
    throw error
  }
}

function columnOf(columns: QueryColumns, field: string): QueryColumn {
  const found = Object.hasOwn(columns, field) ? columns[field] : undefined
  if (found) return found
  throw refuse(
    `There is no column "${field}" to filter or order by; there are ${Object.keys(columns).join(', ')}.`,
  )
}

function condition(dialect: Dialect, columns: QueryColumns, filter: Filter): SQL {
  if (filter.kind === 'not') return not(condition(dialect, columns, filter.part))
  if (filter.kind === 'compare') {
    return compare(dialect, columnOf(columns, filter.field), filter.operator, filter.value)
  }
  const parts = filter.parts.map((part) => condition(dialect, columns, part))
  return (filter.kind === 'and' ? and(...parts) : or(...parts)) ?? NEVER
}

function compare(dialect: Dialect, column: QueryColumn, operator: FilterOperator, value: FilterValue): SQL {
  const target: SQLWrapper = column.column
  if (column.kind === 'list') return inList(dialect, column, operator, value)
  if (operator === 'contains') return matches(dialect, column, `%${escapeLike(String(value))}%`, true)
  if (operator === 'like' || operator === 'ilike') {
    return matches(dialect, column, String(value), operator === 'ilike')
  }
  if (operator === 'in') {
    if (!Array.isArray(value)) throw refuse('The operator "in" takes a [list].')
    const items = value.map((item) => bound(column, item)).filter((item) => item !== undefined)
    return items.length === 0 ? NEVER : inArray(target, items)
  }
  const isEquality = operator === '==' || operator === 'is'
  const isInequality = operator === '!=' || operator === 'isnot'
  if (value === null) {
    if (isEquality) return isNull(target)
    if (isInequality) return isNotNull(target)
    throw refuse(`The operator "${operator}" does not take null.`)
  }
  const plain = bound(column, value)
  if (plain === undefined) return isInequality ? not(NEVER) : NEVER
  if (isEquality) return eq(target, plain)
  if (isInequality) return ne(target, plain)
  if (operator === '>') return gt(target, plain)
  if (operator === '>=') return gte(target, plain)
  return operator === '<' ? lt(target, plain) : lte(target, plain)
}

/** The value for a statement, encoded as its column says. */
function bound(column: QueryColumn, value: FilterValue) {
  const plain = stored(column, value)
  if (typeof plain === 'number' && !isInt32(plain)) return sql`cast(${plain} as double precision)`
  return plain === undefined || !column.like ? plain : sql.param(plain, column.like)
}

/** Others are no value of PostgreSQL's integer columns, though they can be compared with them. */
const isInt32 = (value: number): boolean => (value | 0) === value

/** The value as the column holds it; undefined when no row can have it. */
function stored(column: QueryColumn, value: FilterValue): string | number | boolean | Date | undefined {
  const text = String(value)
  switch (column.kind) {
    case 'number': {
      const number = Number(value)
      if (Number.isNaN(number)) throw refuse(`"${text}" is no number.`)
      return number
    }
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw refuse(`"${text}" is neither true nor false.`)
    case 'time': {
      const time = new Date(typeof value === 'number' ? value * 1000 : text)
      if (!isStorable(time)) throw refuse(`"${text}" is no time.`)
      return time
    }
    case 'uuid':
      return UUID.test(text) ? text.toLowerCase() : undefined
    case 'upper':
      return text.toUpperCase()
    case 'lower':
      return text.toLowerCase()
    default:
      return text
  }
}

/** PostgreSQL reads no other years in the way that ISO 8601 writes them. */
const isStorable = (time: Date): boolean => time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** LIKE with `\` as escape; SQLite's ignores case, so an exact one compares with GLOB there. */
function matches(dialect: Dialect, { column, kind }: QueryColumn, given: string, ignoresCase: boolean): SQL {
  if (PATTERNLESS.has(kind)) throw refuse('Patterns go with columns of text.')
  const text = kind === 'uuid' ? sql`cast(${column} as text)` : column
  // An escape at the end escapes nothing, which PostgreSQL refuses.
  const pattern = given.replace(/\\(.?)/gs, (all, letter: string) => (letter === '' ? '\\\\' : all))
  if (ignoresCase) return sql`lower(${text}) like lower(${pattern}) escape '\\'`
  if (dialect === 'postgres') return sql`${text} like ${pattern} escape '\\'`
  return sql`${text} glob ${globOf(pattern)}`
}

const PATTERNLESS: ReadonlySet<QueryColumn['kind']> = new Set(['number', 'boolean', 'time'])

function globOf(pattern: string): string {
  return pattern.replace(/\\(.)|[%_*?[]/gs, (all, escaped: string | undefined) => {
    const letter = escaped ?? all
    if (escaped === undefined && letter === '%') return '*'
    if (escaped === undefined && letter === '_') return '?'
    return '*?['.includes(letter) ? `[${letter}]` : letter
  })
}

function inList(
  dialect: Dialect,
  { column }: QueryColumn,
  operator: FilterOperator,
  value: FilterValue,
): SQL {
  if (operator !== 'contains' && operator !== 'in' && operator !== '==') {
    throw refuse(`A list column does not take the operator "${operator}"; use contains.`)
  }
  const wanted = Array.isArray(value) ? value.map(String) : [String(value)]
  const each = wanted.map((item) =>
    dialect === 'sqlite'
      ? sql`exists (select 1 from json_each(${column}) where json_each.value = ${item})`
      : sql`${column} @> ${JSON.stringify([item])}::jsonb`,
  )
  return or(...each) ?? NEVER
}
