/** Every field of every GraphQL type, resolved with real data on a running manager. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDirectory } from '../harness/temp.ts'
import { schema, selection } from '../manager/api/graphql/every-query.ts'
import { firstMutations, lastMutations } from './graphql/mutations.ts'
import { queriesOf } from './graphql/queries.ts'
import { createTicks, isLater, isNeverSet, placesOf } from './graphql/ticks.ts'
import { settle, type World } from './graphql/world.ts'
import { type Live, startLive } from './routes/live.ts'

const START_MS = 240_000
const ticks = createTicks(schema)
let live: Live
let world: World

const reports = tempDirectory('abuse')
const harbor = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json({}) })

beforeAll(async () => {
  live = await startLive('up', 'process', { BACKENDAI_AGENT__ABUSE_REPORT_PATH: reports.path })
  world = await settle(live, { reports: reports.path, registry: `http://127.0.0.1:${harbor.port}` })
}, START_MS)
afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await harbor.stop(true)
  reports[Symbol.dispose]()
}, START_MS)

/** Asks as the superadmin; what goes wrong is in the answer. */
async function ask(query: string): Promise<{ data: Record<string, unknown> | null; problems: string[] }> {
  const { json } = await live.ask(live.admin, 'POST', '/admin/gql', { body: { query } })
  const problems = ((json.errors ?? []) as { message: string; path?: string[] }[]).map(
    ({ message, path }) => `${path?.join('.') ?? ''} ${message}`,
  )
  return { data: (json.data ?? null) as Record<string, unknown> | null, problems }
}

async function change(mutations: readonly [name: string, args: string][]): Promise<string[]> {
  const complaints: string[] = []
  for (const [name, args] of mutations) {
    const field = schema.getMutationType()?.getFields()[name]
    if (!field) throw new Error(`no mutation ${name}`)
    const document = `mutation { ${name}${args === '' ? '' : `(${args})`} ${selection(field.type, 2)} }`
    const { data, problems } = await ask(document)
    const answer = Object(data?.[name])
    if (problems.length > 0 || answer.ok === false)
      complaints.push(`${name}: ${problems.join('; ')} ${answer.msg ?? ''}`)
    else ticks.take('Mutations', data)
  }
  return complaints
}

test('mutations that make and change', async () => {
  expect(await change(firstMutations(live, world))).toEqual([])
}, 120_000)

test('queries with every field', async () => {
  const complaints: string[] = []
  for (const { name, document } of queriesOf(live, world)) {
    const { data, problems } = await ask(document)
    if (!isLater(`Queries.${name}`)) complaints.push(...problems.map((problem) => `${name}: ${problem}`))
    ticks.take('Queries', data)
  }
  expect(complaints).toEqual([])
}, 120_000)

test('mutations that take away', async () => {
  type Found = { groups_by_name: { id: string }[]; keypairs: { access_key: string }[] }
  const { groups_by_name: groups, keypairs } = await live.graphql<Found>(
    'query($email: String) { groups_by_name(name: "spare") { id } keypairs(email: $email) { access_key } }',
    { email: live.member.email },
  )
  const spareKey = keypairs.find(({ access_key: key }) => key !== live.member.accessKey)?.access_key ?? ''
  expect(await change(lastMutations(live, world, { spareGroup: groups[0]?.id ?? '', spareKey }))).toEqual([])
}, 120_000)

test.each(['23.09', '24.03'])('every field of %s was resolved', (version) => {
  const places = placesOf(
    JSON.parse(readFileSync(join(import.meta.dir, `data/graphql-${version}.json`), 'utf8')),
  )
  const counted = places.filter((place) => !isLater(place) && !isNeverSet(place))
  const open = counted.filter((place) => !ticks.has(place))
  const [later, never] = [places.filter(isLater).length, places.filter(isNeverSet)]
  console.log(
    `graphql ${counted.length - open.length}/${counted.length} later ${later} (${version}; never set: ${never})`,
  )
  expect(open).toEqual([])
})
