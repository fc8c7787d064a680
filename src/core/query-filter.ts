/** The mini-language of the GraphQL arguments `filter` and `order` (client-wire.md §2.3). */

export const FILTER_OPERATORS = [
  '==',
  '!=',
  '>=',
  '<=',
  '>',
  '<',
  'contains',
  'isnot',
  'is',
  'in',
  'ilike',
  'like',
] as const
export type FilterOperator = (typeof FILTER_OPERATORS)[number]

export type FilterValue = string | number | boolean | null | readonly FilterValue[]

export type Filter =
  | { kind: 'compare'; field: string; operator: FilterOperator; value: FilterValue }
  | { kind: 'and' | 'or'; parts: readonly Filter[] }
  | { kind: 'not'; part: Filter }

export interface OrderKey {
  field: string
  descending: boolean
}

export class QueryFilterError extends Error {
  constructor(argument: 'filter' | 'order', text: string, position: number, expected: string) {
    super(`${argument}: expected ${expected} at character ${position + 1} of ${excerpt(text, position)}`)
    this.name = 'QueryFilterError'
  }
}

/** What stands around the fault; a filter can be as long as a request. */
function excerpt(text: string, position: number): string {
  const [from, to] = [Math.max(0, position - 30), position + 30]
  const [before, after] = [from > 0 ? '…' : '', to < text.length ? '…' : '']
  return JSON.stringify(`${before}${text.slice(from, to)}${after}`)
}

const MAX_DEPTH = 50
/** Databases refuse statements of deeper conditions, */
const MAX_COMPARISONS = 500
/** of more values, */
const MAX_VALUES = 10_000
/** of longer patterns, */
const MAX_TEXT = 10_000
/** and of longer orders. */
const MAX_ORDER_KEYS = 50
const NAME = /[A-Za-z_]\w*/y
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\]|\\.)*"/y
const SYMBOL = /==|!=|>=|<=|>|</y
const SPACE = /\s*/y

/**
 * Reads `name == "x" & (status in ["a", "b"] | !(age > 3))`: `!` binds before `&`, `&` before `|`.
 * @throws QueryFilterError that says where.
 */
export function parseFilter(text: string): Filter {
  let at = 0
  let comparisons = 0
  let values = 0

  const fail = (expected: string): never => {
    throw new QueryFilterError('filter', text, at, expected)
  }
  const skip = () => {
    SPACE.lastIndex = at
    SPACE.test(text)
    at = SPACE.lastIndex
  }
  const take = (pattern: RegExp): string | null => {
    skip()
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found) return null
    at = pattern.lastIndex
    return found[0]
  }
  const eat = (letter: string): boolean => {
    skip()
    if (text[at] !== letter) return false
    at += 1
    return true
  }

  function either(depth: number): Filter {
    return joined('or', '|', () => both(depth))
  }
  function both(depth: number): Filter {
    return joined('and', '&', () => single(depth))
  }
  function joined(kind: 'and' | 'or', sign: string, next: () => Filter): Filter {
    const first = next()
    const parts = [first]
    while (eat(sign)) parts.push(next())
    return parts.length === 1 ? first : { kind, parts }
  }

  function single(depth: number): Filter {
    if (depth > MAX_DEPTH) return fail('less nesting')
    skip()
    if (text[at] === '!' && text[at + 1] !== '=') {
      at += 1
      return { kind: 'not', part: single(depth + 1) }
    }
    if (eat('(')) {
      const inner = either(depth + 1)
      if (!eat(')')) fail('")"')
      return inner
    }
    return comparison()
  }

  function comparison(): Filter {
    comparisons += 1
    if (comparisons > MAX_COMPARISONS) return fail(`at most ${MAX_COMPARISONS} comparisons`)
    const field = take(NAME) ?? fail('a column name')
    const operator = (take(SYMBOL) ?? take(NAME) ?? '').toLowerCase()
    if (!isOperator(operator)) return fail(`one of ${FILTER_OPERATORS.join(' ')}`)
    return { kind: 'compare', field, operator, value: value(0) }
  }

  function value(depth: number): FilterValue {
    if (depth > MAX_DEPTH) return fail('less nesting')
    values += 1
    if (values > MAX_VALUES) return fail(`at most ${MAX_VALUES} values`)
    const quoted = take(STRING)
    if (quoted !== null) {
      if (quoted.length > MAX_TEXT) return fail(`texts of at most ${MAX_TEXT} characters`)
      return unquote(quoted)
    }
    if (eat('[')) return list(depth)
    const number = take(NUMBER)
    if (number !== null) return Number(number)
    const word = take(NAME)?.toLowerCase()
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    return fail('a value: "text", a number, [a list], true, false or null')
  }

  function list(depth: number): FilterValue[] {
    const items: FilterValue[] = []
    if (eat(']')) return items
    do {
      items.push(value(depth + 1))
    } while (eat(','))
    if (!eat(']')) fail('"," or "]"')
    return items
  }

  const filter = either(0)
  skip()
  if (at < text.length) fail('"&", "|" or the end')
  return filter
}

const isOperator = (word: string): word is FilterOperator =>
  (FILTER_OPERATORS as readonly string[]).includes(word)

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' }
const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter)

/**
 * Reads `-created_at,+name`; a name alone is ascending.
 * @throws QueryFilterError
 */
export function parseOrder(text: string): OrderKey[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length > MAX_ORDER_KEYS) {
    throw new QueryFilterError('order', text, text.length, `at most ${MAX_ORDER_KEYS} columns`)
  }
  return parts.map((part) => {
    const match = /^([+-]?)\s*([A-Za-z_]\w*)$/.exec(part)
    if (!match) throw new QueryFilterError('order', text, text.indexOf(part), 'column names with + or -')
    return { field: match[2] ?? '', descending: match[1] === '-' }
  })
}
