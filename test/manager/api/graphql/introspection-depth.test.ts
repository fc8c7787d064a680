import { expect, test } from 'bun:test'
import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql'
import { boundedRule } from '../../../../src/manager/api/graphql/limits.ts'

const schema = buildSchema('type Query { a: Query }')
const faults = (document: string) => validate(schema, parse(document), [boundedRule]).map(String)
const nested = (field: string, times: number) => `${`${field} { `.repeat(times)} kind ${'}'.repeat(times)}`

test('what tools ask of the schema is not too deep', () => {
  expect(faults(getIntrospectionQuery())).toEqual([])
  expect(faults(`{ __type(name: "Query") { fields { type { ${nested('ofType', 9)} } } } }`)).toEqual([])
})

test('other fields count, those of the schema as well', () => {
  expect(faults(`{ ${nested('a', 11)} }`)).toEqual([])
  for (const field of ['a', '__schema'])
    expect(faults(`{ ${nested(field, 12)} }`)).toEqual([expect.stringContaining('deeper than 12 levels')])
})
