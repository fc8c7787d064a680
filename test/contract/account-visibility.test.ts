import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { type GraphManager, startGraphManager } from '../manager/api/graphql/graph-manager.ts'
import { ADMIN, type Keys, USER } from '../manager/api/test-manager.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

type Person = Awaited<ReturnType<GraphManager['addUser']>>
const id = (type: string, plain: string) => Buffer.from(`${type}:${plain}`).toString('base64')

/** Two domains with a project and people of each role; what each of them may see over GraphQL. */
interface MemberPage {
  count: number
  edges: { node: { username: string } }[]
  pageInfo: object
}

describe.each(storeDrivers())('accounts over GraphQL on $name', (driver) => {
  let owned: AsyncDisposableStack
  let manager: GraphManager
  let people: Record<'boss' | 'anna' | 'bert' | 'chief' | 'watcher', Person>
  let foreign: string
  let home: string

  beforeAll(async () => {
    owned = new AsyncDisposableStack()
    owned.use(await driver.start())
    const database = owned.use(await driver.fresh())
    manager = owned.use(await startGraphManager({ store: () => openTestStore(database.settings) }))
    people = {
      boss: await manager.addUser('boss', 'acme', 'admin'),
      anna: await manager.addUser('anna', 'acme', 'user'),
      bert: await manager.addUser('bert', 'acme', 'user'),
      chief: await manager.addUser('chief', 'acme', 'superadmin'),
      watcher: await manager.addUser('watcher', 'acme', 'monitor'),
    }
    const { store } = manager.ports
    const { groups, groupMembers, scalingGroupGroups } = store.tables
    const [first] = await store.db.select().from(groups)
    home = first?.id ?? ''
    foreign = randomUUID()
    const dates = { createdAt: new Date(0), modifiedAt: new Date(0) }
    await store.tx(async (tx) => {
      await tx.insert(groups).values({
        id: foreign,
        name: 'team',
        domainName: 'acme',
        totalResourceSlots: { cpu: '2' },
        allowedVfolderHosts: {},
        dotfiles: [],
        resourcePolicy: 'default',
        ...dates,
      })
      await tx.insert(groupMembers).values([
        { id: randomUUID(), userId: people.anna.uuid, groupId: foreign },
        { id: randomUUID(), userId: people.boss.uuid, groupId: foreign },
      ])
      await tx
        .insert(scalingGroupGroups)
        .values({ id: randomUUID(), scalingGroup: 'default', group: foreign })
    })
  }, 60_000)
  afterAll(() => owned.disposeAsync(), 20_000)

  const ask = (query: string, as: Keys, variables: object = {}) => manager.ask(query, variables, as)
  async function seen(query: string, as: Keys, variables: object = {}) {
    const answer = await ask(query, as, variables)
    expect(answer.errors).toBeUndefined()
    return answer.data
  }
  async function refused(query: string, as: Keys, variables: object = {}) {
    const answer = await ask(query, as, variables)
    expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['generic-forbidden'])
  }

  test('lists of users: superadmins all, administrators their domain, others none', async () => {
    const list = `query($d: String, $f: String, $o: String) {
      user_list(limit: 10, offset: 0, domain_name: $d, filter: $f, order: $o) { items { username } total_count } }`
    const named = (...names: string[]) => ({
      user_list: { items: names.map((username) => ({ username })), total_count: names.length },
    })
    const order = { o: 'username' }
    const all = named('admin', 'anna', 'bert', 'boss', 'chief', 'user', 'watcher')
    expect(await seen(list, ADMIN, order)).toEqual(all)
    expect(await seen(list, people.boss, order)).toEqual(named('anna', 'bert', 'boss', 'chief', 'watcher'))
    expect(await seen(list, ADMIN, { ...order, d: 'default' })).toEqual(named('admin', 'user'))
    const filter = 'role == "user" & (email contains "a" | allowed_client_ip contains "10.0.0.1")'
    expect(await seen(list, people.boss, { ...order, f: filter })).toEqual(named('anna', 'bert'))
    const oldOrder =
      '{ user_list(limit: 1, offset: 0, order_key: "username", order_asc: false) { items { username } } }'
    expect(await seen(oldOrder, ADMIN)).toEqual({ user_list: { items: [{ username: 'watcher' }] } })
    await refused(list, people.boss, { d: 'default' })
    await refused(list, people.anna)
    await refused(list, people.watcher)
    await refused('{ users { email } }', people.anna)
    const ofProject = 'query($g: UUID) { users(group_id: $g, status: "active") { username } }'
    expect(await seen(ofProject, people.boss, { g: foreign })).toEqual({
      users: expect.arrayContaining([{ username: 'anna' }, { username: 'boss' }]),
    })
    expect(await seen(ofProject, people.boss, { g: home })).toEqual({ users: [] })
    expect(await seen('{ users(is_active: false) { email } }', ADMIN)).toEqual({ users: [] })
    const bad = await ask('{ users(status: "asleep") { email } }', ADMIN)
    expect(bad.errors?.[0]?.extensions?.code).toBe('invalid-api-params')
  })

  test('one user: oneself, and others within one’s reach', async () => {
    const one = 'query($e: String) { user(email: $e) { email groups { id name } is_active } }'
    const anna = { email: 'anna@acme', groups: [{ id: foreign, name: 'team' }], is_active: true }
    expect(await seen(one, people.anna)).toEqual({ user: anna })
    expect(await seen(one, people.boss, { e: 'anna@acme' })).toEqual({ user: anna })
    expect(await seen(one, people.boss, { e: USER.email })).toEqual({ user: null })
    await refused(one, people.anna, { e: 'bert@acme' })
    await refused(one, people.anna, { e: 'nobody@acme' })
    const byId = 'query($u: ID) { user_from_uuid(user_id: $u) { email } }'
    expect(await seen(byId, people.anna)).toEqual({ user_from_uuid: { email: 'anna@acme' } })
    expect(await seen(byId, ADMIN, { u: people.bert.uuid })).toEqual({
      user_from_uuid: { email: 'bert@acme' },
    })
    expect(await seen(byId, people.boss, { u: USER.uuid })).toEqual({ user_from_uuid: null })
    await refused(byId, people.anna, { u: people.bert.uuid })
    const bad = await ask(byId, ADMIN, { u: 'me' })
    expect(bad.errors?.[0]?.extensions?.code).toBe('invalid-api-params')
  })

  test('keypairs: users list their own; nobody but superadmins reads the secrets of superadmins', async () => {
    const all = `query($e: String) { keypairs(email: $e) { access_key secret_key is_admin } }`
    const shown = ({ accessKey, secretKey }: Person, secret = true) =>
      expect.objectContaining({ access_key: accessKey, secret_key: secret ? secretKey : null })
    expect(await seen(all, people.anna)).toEqual({ keypairs: [shown(people.anna)] })
    await refused(all, people.anna, { e: 'bert@acme' })
    await refused(all, people.watcher)
    const ofDomain = (await seen(all, people.boss)) as { keypairs: object[] }
    expect(ofDomain.keypairs).toHaveLength(5)
    for (const person of [people.boss, people.anna, people.bert, people.watcher]) {
      expect(ofDomain.keypairs).toContainEqual(shown(person))
    }
    expect(ofDomain.keypairs).toContainEqual(shown(people.chief, false))
    expect(await seen(all, ADMIN, { e: 'chief@acme' })).toEqual({ keypairs: [shown(people.chief)] })
    const one = 'query($k: String) { keypair(access_key: $k) { user_id secret_key concurrency_limit } }'
    expect(await seen(one, people.boss, { k: people.chief.accessKey })).toEqual({
      keypair: { user_id: 'chief@acme', secret_key: null, concurrency_limit: 30 },
    })
    expect(await seen(one, people.boss, { k: ADMIN.accessKey })).toEqual({ keypair: null })
    await refused(one, people.anna, { k: people.bert.accessKey })
    await refused(one, people.anna, { k: 'AKIANOBODY' })
    const list = `{ keypair_list(limit: 2, offset: 0, order: "-user_id", filter: "full_name == null") {
      items { id user_id vfolders { id } compute_sessions(status: "RUNNING") { id } ssh_public_key } total_count } }`
    expect(await seen(list, people.boss)).toMatchObject({
      keypair_list: {
        items: [{ user_id: 'watcher@acme', vfolders: [], compute_sessions: [] }, { user_id: 'chief@acme' }],
        total_count: 5,
      },
    })
  })

  test('projects: members’ own, administrators their domain’s; nodes alike', async () => {
    const list = '{ groups { id name scaling_groups } }'
    const team = { id: foreign, name: 'team', scaling_groups: ['default'] }
    expect(await seen(list, people.anna)).toEqual({ groups: [team] })
    expect(await seen(list, people.boss)).toEqual({ groups: [team] })
    expect(await seen(list, people.bert)).toEqual({ groups: [] })
    expect(await seen('{ groups { name } }', ADMIN)).toEqual({
      groups: [{ name: 'default' }, { name: 'team' }],
    })
    await refused('{ groups(domain_name: "default") { name } }', people.boss)
    await refused(list, people.watcher)
    const one = 'query($g: UUID!) { group(id: $g) { name } }'
    expect(await seen(one, people.bert, { g: foreign })).toEqual({ group: null })
    expect(await seen(one, people.boss, { g: home })).toEqual({ group: null })

    const nodes = `query($o: String, $f: String) { group_nodes(order: $o, filter: $f) { count edges { cursor node {
      id row_id name type user_nodes(order: "username") { count edges { node { id username } } } } } } }`
    const node = (...members: Person[]) => ({
      id: id('GroupNode', foreign),
      row_id: foreign,
      name: 'team',
      type: 'GENERAL',
      user_nodes: {
        count: members.length,
        edges: members.map(({ uuid, email }) => ({
          node: { id: id('UserNode', uuid), username: email.replace('@acme', '') },
        })),
      },
    })
    const page = (...members: Person[]) => ({
      group_nodes: { count: 1, edges: [{ cursor: id('GroupNode', foreign), node: node(...members) }] },
    })
    expect(await seen(nodes, people.boss, { o: '-name' })).toEqual(page(people.anna, people.boss))
    expect(await seen(nodes, ADMIN, { f: 'name == "team"' })).toEqual(page(people.anna, people.boss))
    expect(await seen(nodes, people.anna)).toEqual(page(people.anna))
    const paged = async (args: string) => {
      const part = 'count edges { node { username } } pageInfo { hasNextPage hasPreviousPage }'
      const got = await seen(
        `{ group_nodes { edges { node { user_nodes(${args}) { ${part} } } } } }`,
        people.boss,
      )
      const [found] = (got as { group_nodes: { edges: { node: { user_nodes: MemberPage } }[] } }).group_nodes
        .edges
      const { count, edges, pageInfo } = found?.node.user_nodes ?? { count: 0, edges: [], pageInfo: {} }
      return [count, edges.map((edge) => edge.node.username).join(), ...Object.values(pageInfo)]
    }
    expect(await paged('first: 1, order: "username"')).toEqual([2, 'anna', true, false])
    expect(await paged('offset: 1, order: "username"')).toEqual([2, 'boss', false, true])
    expect(await paged('last: 1, order: "username"')).toEqual([2, 'boss', false, true])
    expect(await paged('filter: "username == \\"anna\\""')).toEqual([1, 'anna', false, false])
    expect(await paged('first: 0')).toEqual([2, '', true, false])
    const after = id('UserNode', people.anna.uuid)
    expect(await paged(`first: 1, after: "${after}", order: "username"`)).toEqual([2, 'boss', false, true])
    const wrong = await ask(
      '{ group_nodes { edges { node { user_nodes(first: -1) { count } } } } }',
      people.boss,
    )
    expect(wrong.errors?.[0]?.message).toContain('first must not be negative')
    const byNode = 'query($i: String!) { group_node(id: $i) { name } }'
    expect(await seen(byNode, people.boss, { i: id('GroupNode', home) })).toEqual({ group_node: null })
    expect(await seen(byNode, ADMIN, { i: id('GroupNode', home) })).toEqual({
      group_node: { name: 'default' },
    })
    expect(await seen(byNode, ADMIN, { i: id('GroupNode', 'x') })).toEqual({ group_node: null })
    const any = 'query($i: ID!) { node(id: $i) { id ... on UserNode { email } } }'
    const bert = id('UserNode', people.bert.uuid)
    expect(await seen(any, people.boss, { i: bert })).toEqual({ node: { id: bert, email: 'bert@acme' } })
    expect(await seen(any, people.anna, { i: bert })).toEqual({ node: null })
    expect(await seen('{ user_nodes { count } }', people.anna)).toEqual({ user_nodes: { count: 1 } })
    const user = 'query($i: String!) { user_node(id: $i) { email is_active } }'
    expect(await seen(user, people.boss, { i: id('UserNode', USER.uuid) })).toEqual({ user_node: null })
    await refused('{ group_nodes { count } }', people.watcher)
  })

  test('who administers a project sees its sessions, and no others', async () => {
    const { ports } = manager
    const { sessions, groupMembers } = ports.store.tables
    const session = (name: string, owner: Person, groupId: string) => ({
      id: randomUUID(),
      name,
      domainName: owner.domainName,
      groupId,
      userUuid: owner.uuid,
      accessKey: owner.accessKey,
      images: [],
      agentIds: [],
      occupyingSlots: {},
      requestedSlots: {},
      vfolderMounts: [],
      environ: {},
      resourceOpts: {},
      createdAt: new Date(0),
      statusHistory: {},
    })
    await ports.store.tx(async (tx) => {
      await tx
        .insert(sessions)
        .values([session('in-team', people.boss, foreign), session('elsewhere', people.bert, home)])
    })
    const list = '{ compute_session_list(limit: 9, offset: 0) { items { name } } }'
    const sees = (...names: string[]) => ({
      compute_session_list: { items: names.map((name) => ({ name })) },
    })
    expect(await seen(list, people.anna)).toEqual(sees())
    const promote = `mutation($g: UUID!, $u: [String]) { modify_group(gid: $g,
      props: { user_update_mode: "promote", user_uuids: $u }) { ok msg } }`
    expect(await seen(promote, people.boss, { g: foreign, u: [people.anna.uuid] })).toEqual({
      modify_group: { ok: true, msg: 'success' },
    })
    expect(await seen(list, people.anna)).toEqual(sees('in-team'))
    await ports.store.tx(async (tx) => {
      await tx.update(groupMembers).set({ role: 'member' })
    })
    expect(await seen(list, people.anna)).toEqual(sees())
  })

  test('domains: one’s own', async () => {
    expect(await seen('{ domains { name } domain { name } }', people.anna)).toEqual({
      domains: [{ name: 'acme' }],
      domain: { name: 'acme' },
    })
    await refused('{ domain(name: "default") { name } }', people.boss)
    await refused('{ domains { name } }', people.watcher)
  })

  test('policies: those that bound one; all for superadmins', async () => {
    const { ports } = manager
    const { projectResourcePolicies, userResourcePolicies, users } = ports.store.tables
    await ports.store.tx(async (tx) => {
      await tx.insert(userResourcePolicies).values({
        name: 'gold',
        createdAt: new Date(0),
        maxQuotaScopeSize: 5,
        maxSessionCountPerModelSession: 1,
      })
      await tx
        .insert(projectResourcePolicies)
        .values({ name: 'gold', createdAt: new Date(0), maxQuotaScopeSize: 7 })
      await tx.update(users).set({ resourcePolicy: 'gold' }).where(eq(users.uuid, people.anna.uuid))
    })
    const query = `{ user_resource_policies { name } user_resource_policy { id name max_vfolder_size }
      project_resource_policies { name } keypair_resource_policies { name } keypair_resource_policy { name } }`
    const names = (...list: string[]) => list.map((name) => ({ name }))
    expect(await seen(query, people.anna)).toEqual({
      user_resource_policies: names('gold'),
      user_resource_policy: { id: id('UserResourcePolicy', 'gold'), name: 'gold', max_vfolder_size: 5 },
      project_resource_policies: names('default'),
      keypair_resource_policies: names('default'),
      keypair_resource_policy: { name: 'default' },
    })
    expect(await seen(query, people.bert)).toMatchObject({
      user_resource_policies: names('default'),
      project_resource_policies: [],
    })
    expect(await seen(query, people.boss)).toMatchObject({
      user_resource_policies: names('default', 'gold'),
      project_resource_policies: names('default', 'gold'),
    })
    expect(await seen('{ user_resource_policies { name } }', USER)).toEqual({
      user_resource_policies: names('default'),
    })
    const gold = '{ project_resource_policy(name: "gold") { id max_quota_scope_size max_vfolder_size } }'
    expect(await seen(gold, people.anna)).toEqual({ project_resource_policy: null })
    expect(await seen(gold, ADMIN)).toEqual({
      project_resource_policy: {
        id: id('ProjectResourcePolicy', 'gold'),
        max_quota_scope_size: 7,
        max_vfolder_size: 7,
      },
    })
  })

  test('resource groups and registries: superadmins only; presets: everybody', async () => {
    const groups = `query($g: String!) {
      all: scaling_groups(is_active: true) { name }
      one: scaling_group(name: "default") { name scheduler_opts agent_count_by_status
        agent_total_resource_slots_by_status(status: "ALIVE") wsproxy_api_token }
      domain: scaling_groups_for_domain(domain: "default") { name }
      project: scaling_groups_for_user_group(user_group: $g) { name }
      keypair: scaling_groups_for_keypair(access_key: "AKIA") { name } }`
    expect(await seen(groups, ADMIN, { g: foreign })).toEqual({
      all: [{ name: 'default' }],
      one: {
        name: 'default',
        scheduler_opts:
          '{"allowed_session_types":["interactive","batch"],"pending_timeout":0,"config":{},"agent_selection_strategy":"dispersed","roundrobin":false}',
        agent_count_by_status: 0,
        agent_total_resource_slots_by_status: '{"occupied_slots":{},"available_slots":{}}',
        wsproxy_api_token: null,
      },
      domain: [{ name: 'default' }],
      project: [{ name: 'default' }],
      keypair: [],
    })
    for (const field of [
      'scaling_groups { name }',
      'scaling_group(name: "default") { name }',
      'scaling_groups_for_domain(domain: "acme") { name }',
      'container_registries { hostname }',
      'container_registry(hostname: "x") { hostname }',
    ]) {
      for (const person of [people.boss, people.anna, people.watcher]) await refused(`{ ${field} }`, person)
    }
    expect(
      await seen(
        '{ resource_presets { name } resource_preset(name: "cpu01-small") { resource_slots } }',
        USER,
      ),
    ).toEqual({
      resource_presets: ['cpu01-small', 'cpu02-medium', 'cpu03-large'].map((name) => ({ name })),
      resource_preset: { resource_slots: '{"cpu":"1","mem":"1073741824"}' },
    })
  })

  test('registries hide their passwords', async () => {
    const create = `mutation($props: CreateContainerRegistryInput!) {
      create_container_registry(hostname: "cr.example", props: $props) { container_registry { id hostname
        config { url type project username password ssl_verify } } } }`
    const props = {
      url: 'https://cr.example',
      type: 'docker',
      username: 'me',
      password: 'hunter2',
      project: ['a'],
    }
    expect(await seen(create, ADMIN, { props })).toEqual({
      create_container_registry: {
        container_registry: {
          id: id('ContainerRegistry', 'cr.example'),
          hostname: 'cr.example',
          config: {
            url: 'https://cr.example',
            type: 'docker',
            project: ['a'],
            username: 'me',
            password: '*****',
            ssl_verify: true,
          },
        },
      },
    })
    await refused(create, people.boss, { props })
    const modify = `mutation { modify_container_registry(hostname: "cr.example", props: { ssl_verify: false }) {
      container_registry { config { ssl_verify password } } } }`
    expect(await seen(modify, ADMIN)).toMatchObject({
      modify_container_registry: { container_registry: { config: { ssl_verify: false, password: '*****' } } },
    })
    const remove =
      'mutation { delete_container_registry(hostname: "cr.example") { container_registry { hostname } } }'
    expect(await seen(remove, ADMIN)).toMatchObject({
      delete_container_registry: { container_registry: { hostname: 'cr.example' } },
    })
    expect((await ask(remove, ADMIN)).errors?.[0]?.extensions?.code).toBe('object-not-found')
  })

  test('text with NUL, which no row can hold, is refused before it is asked for', async () => {
    for (const body of [
      { query: 'query($e: String) { user(email: $e) { email } }', variables: { e: 'a\0' } },
      { query: 'query($e: String) { user(email: $e) { email } }', variables: { e: '\ud800' } },
      { query: '{ user(email: "a\\u0000") { email } }' },
      { query: '{ user(email: "a\\u{0}") { email } }' },
    ]) {
      const { status, json } = await manager.call('POST', '/admin/gql', { body })
      expect([status, json.error_code]).toEqual([400, 'invalid-api-params'])
    }
  })
})
