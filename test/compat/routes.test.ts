/** Every documented route on a running manager: once as it succeeds, and in every way in which it must refuse. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { AnswerRecord } from '../../src/manager/api/coverage.ts'
import type { OpenApiDocument } from '../../src/manager/api/openapi/openapi-document.ts'
import { documentedRoutes, laterRoutes, type ServedRoute, servedRoute } from './routes/contract.ts'
import { type Hit, hitOf } from './routes/hit.ts'
import { type Live, startLive } from './routes/live.ts'
import { complaint, frozenCase, type RefusalCase, refusalsOf } from './routes/refusals.ts'
import { accounts } from './routes/success/accounts.ts'
import { containers } from './routes/success/containers.ts'
import { folders, mounts } from './routes/success/folders.ts'
import { imports } from './routes/success/imports.ts'
import { resources, watchers } from './routes/success/resources.ts'
import { events, sessions } from './routes/success/sessions.ts'
import { templates } from './routes/success/templates.ts'
import { lacking } from './routes/tally.ts'

const START_MS = 240_000
/** A refusal comes at once; a stream that opens instead is none. */
const LIMIT_MS = 5000

/** What every manager wrote. */
const answers: AnswerRecord[] = []
const described = new Map<string, ServedRoute>()

describe('up with process', () => {
  let live: Live
  let hit: Hit
  let document: OpenApiDocument
  const served = (): ServedRoute[] => documentedRoutes.flatMap((name) => servedRoute(document, name) ?? [])

  /** What is wrong with the answer, if anything is. */
  const refused = async (route: ServedRoute, refusal: RefusalCase): Promise<string | null> => {
    const { as, request } = refusal
    try {
      const answer = await live.ask(as, route.method, request.target, { ...request, limitMs: LIMIT_MS })
      return complaint(refusal, answer, route.method)
    } catch (error) {
      return `${refusal.what}: ${error}`
    }
  }

  beforeAll(async () => {
    live = await startLive('up', 'process')
    hit = hitOf(live)
    document = (await live.ask(null, 'GET', '/spec/openapi')).json as unknown as OpenApiDocument
  }, START_MS)
  afterAll(async () => {
    answers.push(...live.answers())
    for (const route of served()) described.set(route.name, route)
    await live[Symbol.asyncDispose]()
  }, START_MS)

  test('every documented route is served', () => {
    expect(documentedRoutes.filter((name) => servedRoute(document, name) === null)).toEqual([])
  })

  for (const part of [accounts, resources, templates, sessions, folders, mounts, events, imports])
    test(`${part.name} succeed`, () => part(live, hit), 120_000)

  for (const name of documentedRoutes) {
    test(`${name} refuses`, async () => {
      const route = servedRoute(document, name)
      if (!route) throw new Error('it is not served')
      const complaints: string[] = []
      for (const refusal of refusalsOf(route, live)) {
        const said = await refused(route, refusal)
        if (said) complaints.push(said)
      }
      expect(complaints).toEqual([])
    })
  }

  test('a frozen manager refuses what makes something new', async () => {
    await hit('PUT /manager/status', { body: { status: 'frozen' } })
    const complaints: string[] = []
    for (const route of served()) {
      const refusal = frozenCase(route, live)
      if (!refusal) continue
      const said = await refused(route, refusal)
      if (said) complaints.push(`${route.name} ${said}`)
    }
    await hit('PUT /manager/status', { body: { status: 'running' } })
    expect(complaints).toEqual([])
  })
})

describe('cluster with docker', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive('cluster', 'docker')
  }, START_MS)
  afterAll(() => live[Symbol.asyncDispose](), START_MS)

  for (const part of [containers, watchers])
    test(`${part.name} succeed`, async () => {
      await part(live, hitOf(live))
      answers.push(...live.answers())
    }, 180_000)
})

test('each was entered by a success and refused by each of its rules, as the managers themselves wrote', () => {
  const open = documentedRoutes.flatMap((name) => {
    const route = described.get(name)
    const lacks = route ? lacking(route, answers) : ['a route']
    return lacks.length > 0 ? [`${name} lacks ${lacks.join(', ')}`] : []
  })
  const done = documentedRoutes.length - open.length
  console.log(`routes ${done}/${documentedRoutes.length} later ${laterRoutes.length}`)
  expect(open).toEqual([])
})
