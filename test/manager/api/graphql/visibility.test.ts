import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { globalId } from '../../../../src/manager/api/graphql/global-id.ts'
import { IDS, type Name, PEOPLE, startWorld } from './world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The names in a list, sorted; the kind of failure where there is one. */
async function names(query: string, as: Name): Promise<unknown> {
  const { data, errors } = await world.ask(query, as)
  if (errors) return errors[0]?.extensions?.code ?? errors[0]?.message
  const [list] = Object.values(data ?? {})
  const found: unknown[] = []
  JSON.stringify(list, (key, value) => {
    if (key === 'name') found.push(value)
    return value
  })
  return found.sort()
}

const page = 'limit: 50, offset: 0'
const SEEN: [string, Record<Name, unknown>][] = [
  [
    `{ compute_session_list(${page}) { items { name } total_count } }`,
    {
      root: ['alice', 'bob', 'carol'],
      chief: ['alice', 'bob'],
      alice: ['alice'],
      bob: ['bob'],
      carol: ['carol'],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ legacy_compute_session_list(${page}) { items { name: sess_id } } }`,
    {
      root: ['alice', 'bob', 'carol'],
      chief: ['alice', 'bob'],
      alice: ['alice'],
      bob: ['bob'],
      carol: ['carol'],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ vfolder_list(${page}) { items { name } } }`,
    {
      root: ['alice-own', 'alice-shared', 'carol-own', 'labs-data', 'model'],
      chief: ['alice-own', 'alice-shared', 'labs-data', 'model'],
      alice: ['alice-own', 'alice-shared'],
      bob: [],
      carol: ['carol-own'],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ vfolder_list(${page}, group_id: "${IDS.labs}") { items { name } } }`,
    {
      root: ['labs-data'],
      chief: ['labs-data'],
      alice: ['labs-data'],
      bob: [],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ vfolder_nodes { edges { node { name } } count } }`,
    {
      root: ['alice-own', 'alice-shared', 'carol-own', 'labs-data', 'model'],
      chief: ['alice-own', 'alice-shared', 'labs-data', 'model'],
      alice: ['alice-own', 'alice-shared', 'labs-data'],
      bob: ['alice-shared'],
      carol: ['carol-own'],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ vfolder_invited_list(${page}) { items { name } } }`,
    { root: [], chief: [], alice: [], bob: ['alice-shared'], carol: [], watcher: 'generic-forbidden' },
  ],
  [
    `{ vfolder_project_list(${page}) { items { name } } }`,
    { root: [], chief: [], alice: ['labs-data'], bob: [], carol: [], watcher: 'generic-forbidden' },
  ],
  [
    `{ vfolder_permission_list(${page}) { items { name: vfolder_name } } }`,
    {
      root: ['alice-shared'],
      chief: ['alice-shared'],
      alice: ['alice-shared'],
      bob: ['alice-shared'],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ endpoint_list(${page}) { items { name } } }`,
    {
      root: ['service'],
      chief: ['service'],
      alice: ['service'],
      bob: [],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ routing_list(${page}) { items { name: status } } }`,
    {
      root: ['FAILED_TO_START'],
      chief: ['FAILED_TO_START'],
      alice: ['FAILED_TO_START'],
      bob: [],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ endpoint_token_list(${page}) { items { name: token } } }`,
    {
      root: ['a-token'],
      chief: ['a-token'],
      alice: ['a-token'],
      bob: [],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    '{ model_cards { edges { node { name } } } }',
    {
      root: ['small'],
      chief: ['small'],
      alice: ['small'],
      bob: ['small'],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
  [
    '{ images { name } }',
    {
      root: ['python'],
      chief: ['python'],
      alice: ['mine', 'python'],
      bob: ['python'],
      carol: ['python'],
      watcher: ['python'],
    },
  ],
  [
    '{ images(load_filters: ["customized"]) { name } }',
    { root: ['mine'], chief: [], alice: ['mine'], bob: [], carol: [], watcher: [] },
  ],
  [
    '{ customized_images { name } }',
    { root: [], chief: [], alice: ['mine'], bob: [], carol: [], watcher: [] },
  ],
  [
    `{ agent_list(${page}) { items { name: id } } }`,
    {
      root: ['i-1'],
      chief: 'generic-forbidden',
      alice: 'generic-forbidden',
      bob: 'generic-forbidden',
      carol: 'generic-forbidden',
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ agent_summary_list(${page}) { items { name: id } } }`,
    { root: ['i-1'], chief: ['i-1'], alice: ['i-1'], bob: ['i-1'], carol: [], watcher: ['i-1'] },
  ],
  [
    `{ storage_volume_list(${page}) { items { name } } }`,
    {
      root: ['volume1'],
      chief: 'generic-forbidden',
      alice: 'generic-forbidden',
      bob: 'generic-forbidden',
      carol: 'generic-forbidden',
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ quota_scope(storage_host_name: "local:volume1", quota_scope_id: "user:${PEOPLE.alice.uuid}") { name: quota_scope_id } }`,
    {
      root: [`user:${PEOPLE.alice.uuid}`],
      chief: [`user:${PEOPLE.alice.uuid}`],
      alice: [`user:${PEOPLE.alice.uuid}`],
      bob: 'generic-forbidden',
      carol: 'generic-forbidden',
      watcher: 'generic-forbidden',
    },
  ],
  [
    `{ node(id: "${globalId('VirtualFolderNode', IDS.aliceFolder)}") { ... on VirtualFolderNode { name } } }`,
    {
      root: ['alice-own'],
      chief: ['alice-own'],
      alice: ['alice-own'],
      bob: [],
      carol: [],
      watcher: 'generic-forbidden',
    },
  ],
]

describe.each(SEEN)('%s', (query, expected) => {
  test.each(Object.entries(expected) as [Name, unknown][])('as %s', async (as, seen) => {
    expect(await names(query, as)).toEqual(seen)
  })
})

test('users name neither other users’ keys nor other domains', async () => {
  const asked = [
    `{ compute_session_list(${page}, access_key: "${PEOPLE.bob.accessKey}") { total_count } }`,
    `{ vfolder_list(${page}, access_key: "${PEOPLE.bob.accessKey}") { total_count } }`,
    `{ vfolder_own_list(${page}, access_key: "${PEOPLE.bob.accessKey}") { total_count } }`,
    `{ endpoint_list(${page}, domain_name: "other") { total_count } }`,
    `{ vfolders(domain_name: "other") { id } }`,
    `{ images(domain: "other") { id } }`,
  ]
  for (const query of asked) expect(await names(query, 'alice')).toBe('generic-forbidden')
  const carols = `{ vfolder_own_list(${page}, access_key: "${PEOPLE.carol.accessKey}") { total_count } }`
  expect(await names(carols, 'chief')).toBe('generic-forbidden')
})

test('shared folders show what was granted', async () => {
  const query = `{ vfolder(id: "${IDS.sharedFolder}") { permission user_email } }`
  const of = async (as: Name) => (await world.ask(query, as)).data?.vfolder
  expect(await of('alice')).toEqual({ permission: 'rw', user_email: 'alice@default' })
  expect(await of('bob')).toEqual({ permission: 'ro', user_email: 'alice@default' })
  expect(await of('carol')).toBeNull()
})

test('who has left a project sees nothing of its folders, whatever was granted there', async () => {
  const { store } = world.ports
  const { groups, vfolderPermissions } = store.tables
  const grant = { id: randomUUID(), permission: 'wd' as const, vfolder: IDS.labFolder, user: PEOPLE.bob.uuid }
  await store.tx((tx) => tx.insert(vfolderPermissions).values(grant))
  expect(await names(`{ vfolder_nodes { edges { node { name } } } }`, 'bob')).toEqual(['alice-shared'])
  expect(await names(`{ vfolder_permission_list(${page}) { items { name: vfolder_name } } }`, 'bob')).toEqual(
    ['alice-shared'],
  )
  await store.tx((tx) => tx.delete(vfolderPermissions).where(eq(vfolderPermissions.id, grant.id)))
  // Nor does anybody of one that is not active any more.
  const activate = (isActive: boolean) =>
    store.tx((tx) => tx.update(groups).set({ isActive }).where(eq(groups.id, IDS.labs)))
  await activate(false)
  expect(await names(`{ vfolder_project_list(${page}) { items { name } } }`, 'alice')).toEqual([])
  await activate(true)
})
