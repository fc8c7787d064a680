/** What GraphQL asks of the store is answered alike by both databases. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openPostgresStore } from '../../src/db/drivers/postgres.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startPostgres, type TestDatabase, type TestPostgres } from '../harness/postgres.ts'
import { everyQuery } from '../manager/api/graphql/every-query.ts'
import { startWorld } from '../manager/api/graphql/world.ts'

type World = Awaited<ReturnType<typeof startWorld>>
let server: TestPostgres
let database: TestDatabase
let worlds: { sqlite: World; postgres: World }

beforeAll(async () => {
  server = await startPostgres()
  database = await server.freshDatabase()
  const store = () =>
    openPostgresStore({ url: database.url, poolSize: 3, clock: systemClock, log: silentLogger })
  worlds = { sqlite: await startWorld(), postgres: await startWorld({ store }) }
})
afterAll(async () => {
  await worlds.sqlite[Symbol.asyncDispose]()
  await worlds.postgres[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

test('every field of every query is answered by PostgreSQL', async () => {
  const failed: unknown[] = []
  for (const [name, document] of await everyQuery(worlds.postgres)) {
    const { errors } = await worlds.postgres.ask(document)
    if (errors) failed.push([name, errors])
  }
  expect(failed).toEqual([])
})

const page = 'limit: 9, offset: 0'
const sessions = (args: string) => `{ compute_session_list(${page}, ${args}) { items { name } total_count } }`
const folders = (args: string) =>
  `{ vfolder_nodes(${args}) { count edges { node { name user_email } cursor } } }`
const filters = [
  'name like \\"a%\\"',
  'name like \\"A%\\"',
  'name ilike \\"A%\\"',
  'status in [\\"running\\", \\"ERROR\\"] & !(name == \\"bob\\")',
  'agent_ids contains \\"i-1\\"',
  'created_at > \\"2026-01-01T00:00:30Z\\"',
  'group_name == \\"labs\\" | terminated_at isnot null',
]
const DOCUMENTS = [
  ...filters.map((filter) => sessions(`filter: "${filter}", order: "name"`)),
  sessions('order: "-name"'),
  sessions('order_key: "user_email", order_asc: false'),
  folders('order: "group,name", first: 2'),
  folders('order: "-name", last: 2'),
  folders('filter: "user_email contains \\"alice\\"", order: "name"'),
  `{ vfolder_list(${page}, filter: "group_name is null", order: "name") { items { name } } }`,
  `{ vfolder_permission_list(${page}, filter: "user_email == \\"bob@default\\"") { items { vfolder_name } } }`,
  `{ agent_list(${page}, filter: "schedulable == true", order: "id") { items { id } } }`,
  `{ endpoint_list(${page}, filter: "lifecycle_stage == \\"CREATED\\" & open_to_public == false") { items { name } } }`,
  `{ legacy_compute_session_list(${page}, order_key: "sess_id") { items { sess_id } } }`,
]

test.each(DOCUMENTS)('%s', async (document) => {
  const postgres = await worlds.postgres.ask(document)
  expect(postgres.errors).toBeUndefined()
  expect(postgres).toEqual(await worlds.sqlite.ask(document))
})

interface Page {
  edges: { node: { name: string } }[]
  pageInfo: { endCursor: string; hasNextPage: boolean }
}

test('cursors lead on in both', async () => {
  const namesFrom = async (world: World) => {
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { data } = await world.ask(
        `{ vfolder_nodes(order: "group", first: 2 ${after && `, after: "${after}"`}) { edges { node { name } }
          pageInfo { endCursor hasNextPage } } }`,
      )
      const found = data?.vfolder_nodes as Page | undefined
      if (!found) throw new Error('no folders were answered')
      const { edges, pageInfo } = found
      seen.push(...edges.map(({ node }) => node.name))
      if (!pageInfo.hasNextPage) return seen.sort()
      after = pageInfo.endCursor
    }
  }
  expect(await namesFrom(worlds.postgres)).toEqual(await namesFrom(worlds.sqlite))
})
