import { expect, test } from 'bun:test'
import { getIntrospectionQuery, parse } from 'graphql'
import { costOf, MAX_COST } from '../../../../src/manager/api/graphql/cost.ts'
import { createGraphSchema } from '../../../../src/manager/api/graphql/schema.ts'
import { startWorld } from './world.ts'

const schema = createGraphSchema()
const cost = (text: string, variables: Record<string, unknown> = {}, operationName: string | null = null) =>
  costOf(schema, parse(text), { operationName, variables })

test.each([
  ['{ user { email role } }', 3],
  ['{ domains { name } }', 101],
  [
    '{ user_list(limit: 10, offset: 0) { items { email groups { name } } total_count } }',
    1 + 10 + 10 + 10 + 100 + 10,
  ],
  ['{ user_list(limit: 9999, offset: 0) { total_count } }', 1001],
  ['{ user_list(limit: -5, offset: 0) { total_count } }', 2],
  ['{ a: user { ...f } b: user { ... on User { email } } } fragment f on User { email role }', 5],
  ['{ vfolder_nodes(first: 7) { count } }', 8],
] as [string, number][])('%s', (text, expected) => {
  expect(cost(text)).toBe(expected)
})

test('bounds in variables, and one operation of several', () => {
  const text =
    'query a($n: Int!) { user_list(limit: $n, offset: 0) { total_count } } query b { user { email } }'
  expect(cost(text, { n: 20 }, 'a')).toBe(21)
  expect(cost(text, {}, 'b')).toBe(2)
})

test('all that clients ask is far below the limit', () => {
  const containers =
    'id cluster_role session_id image registry status status_info agent live_stat last_stat preopen_ports'
  const widest = `{ compute_session_list(limit: 1000, offset: 0) { items { name id group_name image status
    containers { ${containers} image_object { name } } dependencies { name id } } total_count } }`
  expect(cost(widest)).toBeLessThan(MAX_COST)
  expect(cost(getIntrospectionQuery())).toBeLessThan(100)
})

test('lists within lists within lists are refused before anything runs', async () => {
  await using world = await startWorld()
  const inside = 'dependencies { '.repeat(5)
  const { data, errors } = await world.ask(
    `{ compute_session_list(limit: 1000, offset: 0) { items { ${inside} id ${'} '.repeat(5)} } } }`,
  )
  expect(data ?? null).toBeNull()
  expect(errors?.[0]?.message).toContain('more than 1000000 values')
})
