import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { sessionRoutes } from '../../../../src/manager/api/rest/session.ts'
import type { HttpRoute } from '../../../../src/manager/api/route.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { createSessionServices } from '../../../../src/manager/services/index.ts'
import { type GraphManager, startGraphManager } from '../graphql/graph-manager.ts'
import { ADMIN, type Keys, USER } from '../test-manager.ts'

type Person = Awaited<ReturnType<GraphManager['addUser']>>
let manager: GraphManager
let routes: readonly HttpRoute[] = []
const people: Record<string, Keys> = {}

beforeAll(async () => {
  manager = await startGraphManager({
    routes: (ports) => {
      const made = sessionRoutes(createSessionServices(ports), createBackgroundTasks(ports))
      routes = made.filter((route): route is HttpRoute => route.kind === 'http')
      return routes
    },
  })
  const add = async (name: string, domain: string, role: Person['role']) => {
    people[name] = await manager.addUser(name, domain, role)
  }
  Object.assign(people, { root: ADMIN, user: USER })
  await add('friend', 'default', 'user')
  await add('head', 'default', 'admin')
  await add('peer', 'default', 'admin')
  await add('stranger', 'acme', 'user')
  await add('boss', 'acme', 'admin')
  await add('watcher', 'default', 'monitor')
}, 30_000)
afterAll(() => manager[Symbol.asyncDispose]())

/** Whom each may act for beside themselves (domain-model.md §3). */
const MAY: Record<string, readonly string[]> = {
  root: ['user', 'friend', 'head', 'peer', 'stranger', 'boss', 'watcher'],
  head: ['user', 'friend', 'peer', 'watcher'],
  boss: ['stranger'],
  user: [],
  watcher: [],
}

/** Whatever a route asks for. */
const PARAMS = {
  name: 'renamed',
  mode: 'query',
  code: '1',
  runId: 'r',
  files: ['a'],
  file: 'a',
  app: 'sshd',
  service_name: 'sshd',
  path: '.',
}

/** 404 says that the session is looked for, and so that the owner is accepted. */
async function outcome(route: HttpRoute, as: Keys, owner: string): Promise<string> {
  const method = route.methods[0] ?? 'GET'
  const key = `owner_access_key=${owner}`
  const path = route.path.replace(':session', 'nothing')
  const body = method === 'GET' ? '' : JSON.stringify(PARAMS)
  const query = method === 'GET' ? `${key}&${new URLSearchParams({ ...PARAMS, files: 'a' })}` : key
  const { status, json } = await manager.call(method, `${path}?${query}`, {
    as,
    ...(body ? { rawBody: body } : {}),
  })
  if (status === 403) return 'refused'
  if (json.error_code === 'object-not-found') return 'accepted'
  return `${status} ${json.msg ?? json.title ?? ''}`
}

/** Those take the body's owner or need a form first; each has a test of its own kind. */
const OTHERS = ['/session/:session/upload', '/session/:session/output/:token']
const tried = () =>
  routes.filter(
    ({ path, auth }) => path.startsWith('/session/:session') && auth === 'user' && !OTHERS.includes(path),
  )

describe.each(Object.keys(MAY))('owner_access_key given by %s', (name) => {
  test('is taken for those in reach, on every route of a session', async () => {
    expect(tried().length).toBeGreaterThan(18)
    for (const owner of Object.keys(people)) {
      const reach = owner === name || MAY[name]?.includes(owner)
      const expected = reach ? 'accepted' : 'refused'
      for (const route of tried()) {
        const got = await outcome(route, people[name] ?? ADMIN, people[owner]?.accessKey ?? '')
        expect(`${route.methods[0]} ${route.path} for ${owner}: ${got}`).toBe(
          `${route.methods[0]} ${route.path} for ${owner}: ${expected}`,
        )
      }
    }
  }, 60_000)
})

test('an unknown key tells administrators that it is unknown, and others nothing', async () => {
  const ask = async (as: Keys) => {
    const { status, json } = await manager.call('GET', '/session/x?owner_access_key=AKIANOBODY', { as })
    return [status, json.error_code]
  }
  expect(await ask(ADMIN)).toEqual([400, 'invalid-api-params'])
  expect(await ask(USER)).toEqual([403, 'insufficient-privilege'])
})

test('sessions are made for those in reach only', async () => {
  const make = async (as: Keys, owner: string) => {
    const body = {
      image: 'none:none',
      clientSessionToken: 'made-for',
      owner_access_key: people[owner]?.accessKey,
    }
    return (await manager.call('POST', '/session', { as, body })).status
  }
  // 404: the image is looked for.
  expect(await make(ADMIN, 'stranger')).toBe(404)
  expect(await make(people.head ?? ADMIN, 'user')).toBe(404)
  expect(await make(people.head ?? ADMIN, 'root')).toBe(403)
  expect(await make(people.head ?? ADMIN, 'stranger')).toBe(403)
  expect(await make(USER, 'friend')).toBe(403)
})

describe('GET /auth/role', () => {
  const roleOf = async (as: Keys, group: string) => {
    const { status, json } = await manager.call('GET', `/auth/role?group=${group}`, { as })
    return status === 200 ? [json.global_role, json.domain_role, json.group_role] : status
  }

  test('says what one is in a project', async () => {
    const { store } = manager.ports
    const { groups, groupMembers } = store.tables
    const [project] = await store.db.select().from(groups).where(eq(groups.name, 'default'))
    const id = project?.id ?? ''
    const { friend, head, boss, stranger } = people as Record<'friend' | 'head' | 'boss' | 'stranger', Person>
    await store.tx((tx) =>
      tx.insert(groupMembers).values({ id: randomUUID(), userId: friend.uuid, groupId: id, role: 'admin' }),
    )
    expect(await roleOf(USER, id)).toEqual(['user', 'user', 'user'])
    expect(await roleOf(friend, id)).toEqual(['user', 'user', 'admin'])
    expect(await roleOf(head, id)).toEqual(['user', 'admin', 'admin'])
    expect(await roleOf(ADMIN, id)).toEqual(['superadmin', 'admin', 'admin'])
    expect(await roleOf(boss, id)).toBe(404)
    expect(await roleOf(stranger, id)).toBe(404)
    expect(await roleOf(ADMIN, randomUUID())).toBe(404)
    await store.tx((tx) =>
      tx.delete(groupMembers).where(and(eq(groupMembers.userId, friend.uuid), eq(groupMembers.groupId, id))),
    )
    expect(await roleOf(friend, id)).toBe(404)
  })
})
