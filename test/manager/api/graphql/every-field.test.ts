import { afterAll, beforeAll, expect, test } from 'bun:test'
import { everyQuery, schema } from './every-query.ts'
import { startWorld } from './world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
let documents: Map<string, string>
beforeAll(async () => {
  world = await startWorld()
  documents = await everyQuery(world)
})
afterAll(() => world[Symbol.asyncDispose]())

test('every query and every mutation has a resolver', () => {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  )
  const missing = fields.filter(({ resolve }) => resolve === undefined).map(({ name }) => name)
  expect(missing).toEqual([])
})

/** The world has none of these. */
const ABSENT = ['resource_preset', 'container_registry']

test.each(Object.keys(schema.getQueryType()?.getFields() ?? {}))(
  '%s: every field is answered',
  async (name) => {
    const { data, errors } = await world.ask(documents.get(name) ?? '')
    expect(errors).toBeUndefined()
    if (!ABSENT.includes(name)) expect(data?.[name]).not.toBeNull()
  },
)
