import { Problem } from '../../../core/problem.ts'
import {
  type Filter,
  type FilterOperator,
  type FilterValue,
  parseFilter,
  parseOrder,
  QueryFilterError,
} from '../../../core/query-filter.ts'

/** What rows that are in no table are filtered and ordered by. */
export type PlainValues = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

const refuse = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

/** Rows that pass `filter`, ordered by `order`; the languages are those of tables. @throws Problem */
export function filtered<Row>(
  rows: readonly Row[],
  valuesOf: (row: Row) => PlainValues,
  { filter, order }: { filter?: string | null; order?: string | null },
): Row[] {
  const condition = filter?.trim() ? readable(() => parseFilter(filter)) : null
  const keys = order?.trim() ? readable(() => parseOrder(order)) : []
  const kept = rows.filter((row) => condition === null || passes(valuesOf(row), condition))
  return kept.toSorted((a, b) => {
    for (const { field, descending } of keys) {
      const [left, right] = [String(columnOf(valuesOf(a), field)), String(columnOf(valuesOf(b), field))]
      if (left !== right) return (left < right ? -1 : 1) * (descending ? -1 : 1)
    }
    return 0
  })
}

function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof QueryFilterError) throw refuse(error.message)
    throw error
  }
}

function columnOf(values: PlainValues, field: string) {
  const value = Object.hasOwn(values, field) ? values[field] : undefined
  if (value !== undefined) return value
  throw refuse(
    `There is no column "${field}" to filter or order by; there are ${Object.keys(values).join(', ')}.`,
  )
}

function passes(values: PlainValues, filter: Filter): boolean {
  if (filter.kind === 'not') return !passes(values, filter.part)
  if (filter.kind === 'compare') {
    return compares(columnOf(values, filter.field), filter.operator, filter.value)
  }
  const test = (part: Filter) => passes(values, part)
  return filter.kind === 'and' ? filter.parts.every(test) : filter.parts.some(test)
}

function compares(has: PlainValues[string], operator: FilterOperator, wanted: FilterValue): boolean {
  if (Array.isArray(has)) {
    const list = Array.isArray(wanted) ? wanted : [wanted]
    return list.some((one) => has.includes(String(one)))
  }
  switch (operator) {
    case '==':
    case 'is':
      return has === wanted
    case '!=':
    case 'isnot':
      return has !== wanted
    case 'in':
      return Array.isArray(wanted) && wanted.includes(has)
    case 'contains':
      return String(has).toLowerCase().includes(String(wanted).toLowerCase())
    case 'like':
      return likePattern(String(wanted), '').test(String(has))
    case 'ilike':
      return likePattern(String(wanted), 'i').test(String(has))
    default:
      return ordered(has, operator, wanted)
  }
}

function ordered(has: unknown, operator: '>' | '>=' | '<' | '<=', wanted: FilterValue): boolean {
  const isBelow = typeof has === 'number' ? has < Number(wanted) : String(has) < String(wanted)
  const isEqual = String(has) === String(wanted)
  if (operator === '<') return isBelow
  if (operator === '<=') return isBelow || isEqual
  return operator === '>' ? !isBelow && !isEqual : !isBelow
}

function likePattern(text: string, flags: string): RegExp {
  const parts = text.split(/([%_])/).map((part) => {
    if (part === '%') return '.*'
    return part === '_' ? '.' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, `s${flags}`)
}
