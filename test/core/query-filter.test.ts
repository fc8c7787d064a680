import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseFilter, parseOrder, QueryFilterError } from '../../src/core/query-filter.ts'

test('a comparison', () => {
  expect(parseFilter('name == "a \\"b\\""')).toEqual({
    kind: 'compare',
    field: 'name',
    operator: '==',
    value: 'a "b"',
  })
})

test.each([
  ['n >= -1.5e2', '>=', -150],
  ['n in [1, 2, "x", []]', 'in', [1, 2, 'x', []]],
  ['n is null', 'is', null],
  ['n isnot NULL', 'isnot', null],
  ['n ilike "%a%"', 'ilike', '%a%'],
  ['n contains true', 'contains', true],
  ['n!=false', '!=', false],
] as const)('%s', (text, operator, value) => {
  expect(parseFilter(text)).toEqual({ kind: 'compare', field: 'n', operator, value } as never)
})

test('! before & before |, parentheses first', () => {
  const one = (field: string) => ({ kind: 'compare', field, operator: '==', value: 1 }) as const
  expect(parseFilter('!a == 1 & b == 1 | c == 1 & (d == 1 | e == 1)')).toEqual({
    kind: 'or',
    parts: [
      { kind: 'and', parts: [{ kind: 'not', part: one('a') }, one('b')] },
      { kind: 'and', parts: [one('c'), { kind: 'or', parts: [one('d'), one('e')] }] },
    ],
  })
})

test.each([
  '',
  'a',
  'a ==',
  'a = 1',
  'a == 1 b == 2',
  '(a == 1',
  'a == "x',
  '(usage_mode == "MODEL"))',
  '"a" == 1',
])('refused: %s', (text) => {
  expect(() => parseFilter(text)).toThrow(QueryFilterError)
})

test('any text is read or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=!&|()[]", 1.n\\') }), (text) => {
      try {
        parseFilter(text)
      } catch (error) {
        expect(error).toBeInstanceOf(QueryFilterError)
      }
    }),
  )
  expect(() => parseFilter(`${'('.repeat(5000)}a == 1`)).toThrow(QueryFilterError)
})

test('order keys', () => {
  expect(parseOrder('-created_at, +name,id')).toEqual([
    { field: 'created_at', descending: true },
    { field: 'name', descending: false },
    { field: 'id', descending: false },
  ])
  expect(() => parseOrder('name desc')).toThrow(QueryFilterError)
})

test('a fault names its argument and what stands around it, however long the text is', () => {
  expect(() => parseOrder('name desc')).toThrow(
    'order: expected column names with + or - at character 1 of "name desc"',
  )
  const long = `${'a == 1 & '.repeat(200)}b ! 2${' & a == 1'.repeat(1000)}`
  expect(() => parseFilter(long)).toThrow(/^filter: expected one of .+ at character \d+ of "….{55,65}…"$/)
})

test('what no database would take is refused by its size', () => {
  const many = (count: number) => Array.from({ length: count }, () => 'a == 1').join(' | ')
  expect(parseFilter(many(500))).toHaveProperty('kind', 'or')
  expect(() => parseFilter(many(501))).toThrow('expected at most 500 comparisons')
  const list = (count: number) => `a in [${Array.from({ length: count }, () => '1').join(',')}]`
  expect(parseFilter(list(9_999))).toHaveProperty('operator', 'in')
  expect(() => parseFilter(list(10_000))).toThrow('expected at most 10000 values')
  expect(() => parseFilter(`a like "${'x'.repeat(10_000)}"`)).toThrow('texts of at most 10000 characters')
  expect(parseOrder(Array.from({ length: 50 }, () => '-a').join(','))).toHaveLength(50)
  expect(() => parseOrder(Array.from({ length: 51 }, () => '-a').join(','))).toThrow('at most 50 columns')
})
