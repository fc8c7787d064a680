import { afterAll, beforeAll, expect, test } from 'bun:test'
import { recordedStatements } from '../../../harness/recorded-statements.ts'
import { addSession, PEOPLE, startWorld } from './world.ts'

let world: Awaited<ReturnType<typeof startWorld>>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** How many statements a document makes the store run: the least of three, since timers and forgotten accounts ask too. */
async function statementsOf(query: string): Promise<number> {
  const counts: number[] = []
  for (let n = 0; n < 3; n += 1) {
    const found = await recordedStatements(world.ports.store, async () => {
      const { errors } = await world.ask(query)
      expect(errors).toBeUndefined()
    })
    counts.push(found.length)
  }
  return Math.min(...counts)
}

const page = 'limit: 100, offset: 0'
const QUERIES = [
  `{ compute_session_list(${page}) { items {
      id name group_name user_email full_name image architecture service_ports abusing_reports commit_status
      containers { id live_stat starts_at image_object { id aliases } } dependencies { id } } total_count } }`,
  `{ legacy_compute_session_list(${page}) { items { id group_name user_email agent cpu_used mem_max_bytes } } }`,
  `{ agent_list(${page}) { items { id live_stat occupied_slots container_count
      compute_containers { id session_id } running: compute_containers(status: "RUNNING") { id } } } }`,
  `{ vfolder_list(${page}) { items { id user_email group_name permission } total_count } }`,
  '{ vfolder_nodes { count edges { node { id user_email group_name permission } } } }',
  `{ vfolder_permission_list(${page}) { items { vfolder_name user_email } } }`,
  '{ images { name aliases installed installed_agents labels { key } } }',
  `{ endpoint_list(${page}) { items { image image_object { id } created_user_email session_owner_email
      extra_mounts { id name } routings { routing_id endpoint } status errors { session_id } } } }`,
  `{ user_list(${page}) { items { email groups { id name } } } }`,
  `{ keypair_list(${page}) { items { access_key projects user_info { full_name } concurrency_used
      compute_sessions(status: "RUNNING") { id } vfolders { id } concurrency_limit } } }`,
  '{ groups(domain_name: "default") { id scaling_groups } }',
  `{ group_nodes { edges { node { name scaling_groups
      user_nodes(first: 2, order: "-email") { count edges { node { email } } } } } } }`,
  '{ domains { name scaling_groups } }',
  `{ scaling_groups { name agent_count_by_status agent_total_resource_slots_by_status } }`,
]

test('more rows need no more statements', async () => {
  const few = new Map<string, number>()
  for (const query of QUERIES) few.set(query, await statementsOf(query))
  await addMore()
  const grown: string[] = []
  for (const query of QUERIES) {
    const [before, after] = [few.get(query) ?? 0, await statementsOf(query)]
    if (after > before) grown.push(`${before} → ${after}: ${query}`)
  }
  expect(grown).toEqual([])
  // A list with all its loaders stays within a handful.
  expect(Math.max(...few.values())).toBeLessThanOrEqual(12)
  expect(Math.min(...few.values())).toBeGreaterThan(0)
})

/** Twenty more of everything that the queries above list. */
async function addMore(): Promise<void> {
  const { ports } = world
  const { tables, db } = ports.store
  const [
    agents,
    images,
    folders,
    endpoints,
    routes,
    grants,
    users,
    keypairs,
    members,
    scalingGroups,
    groups,
  ] = await Promise.all([
    db.select().from(tables.agents),
    db.select().from(tables.images),
    db.select().from(tables.vfolders),
    db.select().from(tables.endpoints),
    db.select().from(tables.routings),
    db.select().from(tables.vfolderPermissions),
    db.select().from(tables.users),
    db.select().from(tables.keypairs),
    db.select().from(tables.groupMembers),
    db.select().from(tables.scalingGroups),
    db.select().from(tables.groups),
  ])
  for (let n = 0; n < 20; n += 1) {
    const id = () => crypto.randomUUID()
    const person = { ...PEOPLE.alice, uuid: id(), accessKey: `AKIAMORE${String(n).padStart(12, '0')}` }
    const [folderId, endpointId, imageId] = [id(), id(), id()]
    await ports.store.tx(async (tx) => {
      for (const row of users.slice(0, 1)) {
        const values = { ...row, uuid: person.uuid, email: `more${n}@default`, username: `more${n}` }
        await tx.insert(tables.users).values(values)
      }
      for (const row of keypairs.slice(0, 1)) {
        await tx.insert(tables.keypairs).values({ ...row, user: person.uuid, accessKey: person.accessKey })
      }
      for (const row of members.slice(0, 1)) {
        await tx.insert(tables.groupMembers).values({ ...row, id: id(), userId: person.uuid })
      }
      for (const row of groups.slice(0, 1)) {
        const groupId = id()
        await tx.insert(tables.groups).values({ ...row, id: groupId, name: `more${n}` })
        await tx.insert(tables.groupMembers).values({ id: id(), userId: person.uuid, groupId })
      }
      for (const row of scalingGroups.slice(0, 1)) {
        await tx.insert(tables.scalingGroups).values({ ...row, name: `more${n}` })
      }
      for (const row of agents.slice(0, 1)) await tx.insert(tables.agents).values({ ...row, id: `more-${n}` })
      for (const row of images.slice(0, 1)) {
        await tx.insert(tables.images).values({ ...row, id: imageId, name: `local/more:${n}`, tag: `${n}` })
      }
      for (const row of folders.slice(0, 1)) {
        await tx.insert(tables.vfolders).values({ ...row, id: folderId, name: `more${n}`, user: person.uuid })
      }
      for (const row of grants.slice(0, 1)) {
        await tx.insert(tables.vfolderPermissions).values({ ...row, id: id(), vfolder: folderId })
      }
      for (const row of endpoints.slice(0, 1)) {
        const extraMounts = row.extraMounts.map((mount) => ({ ...mount, vfolderId: folderId }))
        const owner = { createdUser: person.uuid, sessionOwner: person.uuid }
        await tx
          .insert(tables.endpoints)
          .values({ ...row, ...owner, id: endpointId, image: imageId, extraMounts })
      }
      for (const row of routes.slice(0, 1)) {
        await tx.insert(tables.routings).values({ ...row, id: id(), endpoint: endpointId })
      }
    })
    await addSession(ports, person, `more-${n}`)
  }
}
