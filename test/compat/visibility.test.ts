/** Random people with random rights over random things, and what the answers to their random requests tell and do. */
import { expect, test } from 'bun:test'
import type { OpenApiDocument } from '../../src/manager/api/openapi/openapi-document.ts'
import { createChance } from './fuzz/chance.ts'
import { changesBetween, readState, type State, type View, viewOf } from './visibility/model.ts'
import { createRequests, type RandomRequest } from './visibility/requests.ts'
import { type Actor, startVisibilityWorld } from './visibility/world.ts'

const COUNT = process.env.COMPAT_FULL ? 10_000 : 1000
const SEED = Number(process.env.COMPAT_SEED ?? 20_261_121)
/** What changes wears a world out. */
const PER_WORLD = 500

interface Tally {
  requests: number
  answered: number
  refused: number
  changed: number
}

/** Requests in one world. Gives what was told or done that must not be. */
async function inOneWorld(seed: number, count: number, tally: Tally): Promise<string[]> {
  const chance = createChance(seed)
  await using world = await startVisibilityWorld(chance)
  const { store } = world.ports
  const [root] = world.actors
  if (!root) throw new Error('nobody is there')
  const document = (await world.ask(root, 'GET', '/spec/openapi')).json as unknown as OpenApiDocument
  const requests = createRequests(document)
  const faults: string[] = []
  let state = await readState(store)
  let views = new Map<Actor, View>()
  for (let index = 0; index < count; index += 1) {
    const actor: Actor = world.actors[chance.once(40) ? 0 : 1 + chance.below(world.actors.length - 1)] ?? root
    const view = views.get(actor) ?? viewOf(state, actor)
    views.set(actor, view)
    const make = chance.once(2) ? requests.rest : requests.graphql
    const asked = make(chance, state, view.text)
    // The superadmin's changes are right whatever they are, and would leave nothing to look at.
    if (actor === root && asked.changes) continue
    const answer = await world.ask(actor, asked.method, asked.target, asked.body)
    const told = (what: string): string =>
      `world ${seed} #${index}: ${actor.role} ${actor.email} of ${actor.domain} ${what}\n${shown(asked)}\n${answer.status} ${answer.text.slice(0, 600)}`
    tally.requests += 1
    if (answer.status < 400 && !answer.json.errors) tally.answered += 1
    else tally.refused += 1
    if (answer.status >= 500 && answer.status !== 503) faults.push(told('was answered with a fault'))
    if (!isSigned(state, actor) && answer.status !== 401 && !isOpen(document, asked))
      faults.push(told('was answered, though not active'))
    const said = JSON.stringify(asked)
    const leaked = world.marks.filter(
      (mark) => answer.text.includes(mark) && !said.includes(mark) && !view.text.includes(mark),
    )
    if (leaked.length > 0) faults.push(told(`was told ${leaked.join(', ')}`))
    if (!asked.changes) continue
    const after = await readState(store)
    const changes = changesBetween(state, after)
    if (changes.length > 0) tally.changed += 1
    const later = viewOf(after, actor)
    const wrong = changes.filter(
      ({ table, was, is, columns }) =>
        (was && !view.mayChange(table, was, columns)) || (is && !later.mayChange(table, is, columns)),
    )
    if (wrong.length > 0)
      faults.push(
        told(`changed ${wrong.map(({ table, was, is }) => `${table} ${difference(was, is)}`).join('; ')}`),
      )
    if (changes.length === 0) continue
    state = after
    views = new Map()
  }
  return faults
}

const isSigned = ({ users, keypairs }: State, { uuid, accessKey }: Actor): boolean =>
  users.some((user) => user.uuid === uuid && user.status === 'active') &&
  keypairs.some((pair) => pair.accessKey === accessKey && pair.isActive === true)

/** Is it a route for which nobody needs to sign? */
function isOpen({ paths }: OpenApiDocument, { method, target }: RandomRequest): boolean {
  return Object.entries(paths).some(([path, operations]) => {
    const operation = Object.entries(operations).find(([name]) => name === method.toLowerCase())?.[1]
    const isOfPath = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(target)
    return isOfPath && operation?.['x-backendai-role'] === 'anonymous'
  })
}

const shown = ({ method, target, body }: RandomRequest): string =>
  `${method} ${target} ${JSON.stringify(body).slice(0, 900)}`

function difference(was: Readonly<Record<string, unknown>> | null, is: typeof was): string {
  const keys = Object.keys(is ?? was ?? {})
  const differing = keys.filter((key) => JSON.stringify(was?.[key]) !== JSON.stringify(is?.[key]))
  return JSON.stringify(Object.fromEntries(differing.map((key) => [key, [was?.[key], is?.[key]]]))).slice(
    0,
    500,
  )
}

test(`${COUNT} requests`, async () => {
  const tally: Tally = { requests: 0, answered: 0, refused: 0, changed: 0 }
  const faults: string[] = []
  for (let world = 0; tally.requests < COUNT; world += 1)
    faults.push(...(await inOneWorld(SEED + world, Math.min(PER_WORLD, COUNT - tally.requests), tally)))
  const { requests, answered, refused, changed } = tally
  console.log(
    `visibility ${requests} requests, seed ${SEED}: ${answered} answered, ${refused} refused, ${changed} changed something; ${faults.length} leaks`,
  )
  expect(faults).toEqual([])
  // Worlds in which nothing can be seen or done would prove nothing.
  expect(answered).toBeGreaterThan(requests / 5)
  expect(changed).toBeGreaterThan(requests / 100)
}, 900_000)
