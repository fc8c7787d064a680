import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startWorld } from './world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

interface Page {
  count: number
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }
  edges: { cursor: string; node: { id: string; name: string } }[]
}

async function page(args: string): Promise<Page> {
  const { data, errors } = await world.ask(`{ vfolder_nodes(${args}) { count
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id name } } } }`)
  expect(errors).toBeUndefined()
  return data?.vfolder_nodes as unknown as Page
}
const namesOf = ({ edges }: Page) => edges.map(({ node }) => node.name)
const ALL = ['alice-own', 'alice-shared', 'carol-own', 'labs-data', 'model']

test('forwards, page by page', async () => {
  const first = await page('order: "name", first: 2')
  expect(namesOf(first)).toEqual(ALL.slice(0, 2))
  expect([first.count, first.pageInfo.hasNextPage, first.pageInfo.hasPreviousPage]).toEqual([5, true, false])
  expect(first.pageInfo.endCursor).toBe(first.edges[1]?.cursor ?? '')
  const second = await page(`order: "name", first: 2, after: "${first.pageInfo.endCursor}"`)
  expect(namesOf(second)).toEqual(ALL.slice(2, 4))
  const last = await page(`order: "name", first: 2, after: "${second.pageInfo.endCursor}"`)
  expect([namesOf(last), last.pageInfo.hasNextPage, last.pageInfo.hasPreviousPage]).toEqual([
    ['model'],
    false,
    true,
  ])
})

test('backwards, by offset, filtered, descending', async () => {
  const last = await page('order: "name", last: 2')
  expect([namesOf(last), last.pageInfo.hasNextPage]).toEqual([ALL.slice(3), false])
  const before = await page(`order: "name", last: 2, before: "${last.pageInfo.startCursor}"`)
  expect([namesOf(before), before.pageInfo.hasNextPage, before.pageInfo.hasPreviousPage]).toEqual([
    ALL.slice(1, 3),
    true,
    true,
  ])
  expect(namesOf(await page('order: "-name", offset: 1, first: 2'))).toEqual(['labs-data', 'carol-own'])
  expect(namesOf(await page('order: "name", filter: "user_email == \\"alice@default\\""'))).toEqual(
    ALL.slice(0, 2),
  )
  expect(namesOf(await page('order: "name", first: 0'))).toEqual([])
  // Many rows have no group; cursors find their way through nulls all the same.
  const ungrouped = await page('order: "group", first: 4')
  const rest = await page(`order: "group", first: 4, after: "${ungrouped.pageInfo.endCursor}"`)
  expect([...namesOf(ungrouped), ...namesOf(rest)].sort()).toEqual(ALL)
})

test('what cannot be asked is said', async () => {
  const asked = [
    'first: 1, last: 1',
    'first: -1',
    'offset: -1',
    'offset: 1, last: 1',
    'after: "bm9uZQ=="',
    'after: "VXNlck5vZGU6MQ=="',
    'filter: "secret == 1"',
  ]
  for (const args of asked) {
    const { errors } = await world.ask(`{ vfolder_nodes(${args}) { count } }`)
    expect([args, errors?.[0]?.extensions?.code]).toEqual([args, 'invalid-api-params'])
  }
})

test('global ids are base64 of the type and the id', async () => {
  const { edges } = await page('first: 1')
  const [type, id] = Buffer.from(edges[0]?.node.id ?? '', 'base64')
    .toString()
    .split(':')
  expect([type, id?.length]).toEqual(['VirtualFolderNode', 36])
  const wrong = await world.ask('{ node(id: "xx") { id } }')
  expect(wrong.errors?.[0]?.extensions?.code).toBe('invalid-api-params')
})

test('lists by order_key, and volumes by the filter language', async () => {
  const list = async (args: string) => {
    const { data } = await world.ask(`{ vfolder_list(limit: 2, offset: 0, ${args}) { items { name } } }`)
    const found = data?.vfolder_list as unknown as { items: { name: string }[] } | undefined
    return found?.items.map(({ name }) => name)
  }
  expect(await list('order_key: "name"')).toEqual(ALL.slice(0, 2))
  expect(await list('order_key: "name", order_asc: false')).toEqual(['model', 'labs-data'])
  const volumes = async (filter: string) => {
    const query =
      'query($filter: String) { storage_volume_list(limit: 5, offset: 0, filter: $filter) { total_count } }'
    const { data, errors } = await world.ask(query, 'root', { filter })
    return errors?.[0]?.extensions?.code ?? data?.storage_volume_list
  }
  expect(await volumes('backend == "vfs" & name like "vol%"')).toEqual({ total_count: 1 })
  expect(await volumes('!(capabilities contains "metric") | id == "x"')).toEqual({ total_count: 0 })
  expect(await volumes('secret == 1')).toBe('invalid-api-params')
})
