import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ADMIN, USER } from '../test-manager.ts'
import { type GraphManager, startGraphManager } from './graph-manager.ts'

let manager: GraphManager
beforeAll(async () => {
  manager = await startGraphManager()
})
afterAll(() => manager[Symbol.asyncDispose]())

async function read(document: string, variables: object = {}) {
  const answer = await manager.ask(document, variables, ADMIN)
  expect(answer.errors).toBeUndefined()
  return answer.data
}
/** The answer of a document's one mutation, which it names `change`; users are refused it first. */
async function change(document: string, variables: object = {}) {
  const refused = await manager.ask<{ change: object }>(document, variables, USER)
  expect(refused.data?.change).toMatchObject({ ok: false, msg: expect.stringContaining('no permission to') })
  const answer = await manager.ask<{ change: object }>(document, variables, ADMIN)
  expect(answer.errors).toBeUndefined()
  return answer.data?.change
}
const DONE = { ok: true, msg: 'success' }

test('keypair policies, with the documents of the official client', async () => {
  const create = `mutation($name: String!, $input: CreateKeyPairResourcePolicyInput!) {
    change: create_keypair_resource_policy(name: $name, props: $input) { ok msg resource_policy { name } } }`
  const input = {
    default_for_unspecified: 'UNLIMITED',
    total_resource_slots: '{"cpu": "4", "mem": "8g"}',
    max_session_lifetime: 0,
    max_concurrent_sessions: 30,
    max_concurrent_sftp_sessions: 30,
    max_containers_per_session: 1,
    idle_timeout: 8_589_934_592,
    allowed_vfolder_hosts: '{"local:volume1": ["create-vfolder", "mount-in-session"]}',
    max_vfolder_count: 10,
    max_vfolder_size: 0,
  }
  expect(await change(create, { name: 'gold', input })).toEqual({
    ...DONE,
    resource_policy: { name: 'gold' },
  })
  const modify = `mutation($name: String!, $input: ModifyKeyPairResourcePolicyInput!) {
    change: modify_keypair_resource_policy(name: $name, props: $input) { ok msg } }`
  const pending = { max_pending_session_count: 2, max_pending_session_resource_slots: '{"cpu": 2}' }
  expect(await change(modify, { name: 'gold', input: { ...pending, max_quota_scope_size: 9 } })).toEqual(DONE)
  const info = `query($name: String) { keypair_resource_policy(name: $name) { name default_for_unspecified
    total_resource_slots max_session_lifetime max_concurrent_sessions max_concurrent_sftp_sessions
    max_containers_per_session idle_timeout allowed_vfolder_hosts max_vfolder_count max_vfolder_size
    max_quota_scope_size max_pending_session_count max_pending_session_resource_slots } }`
  expect(await read(info, { name: 'gold' })).toEqual({
    keypair_resource_policy: {
      ...input,
      name: 'gold',
      total_resource_slots: '{"cpu":"4","mem":"8589934592"}',
      allowed_vfolder_hosts: '{"local:volume1":["create-vfolder","mount-in-session"]}',
      max_vfolder_size: 9,
      max_quota_scope_size: 9,
      max_pending_session_count: 2,
      max_pending_session_resource_slots: '{"cpu":"2"}',
    },
  })
  const remove = `mutation($name: String!) { change: delete_keypair_resource_policy(name: $name) { ok msg } }`
  expect(await change(remove, { name: 'gold' })).toEqual(DONE)
  expect(await change(remove, { name: 'default' })).toMatchObject({ ok: false })
})

test.each([
  ['user', 'CreateUserResourcePolicyInput', 'ModifyUserResourcePolicyInput'],
  ['project', 'CreateProjectResourcePolicyInput', 'ModifyProjectResourcePolicyInput'],
])('%s policies', async (kind, createInput, modifyInput) => {
  const create = `mutation($input: ${createInput}!) {
    change: create_${kind}_resource_policy(name: "gold", props: $input) { ok msg resource_policy { name max_vfolder_size } } }`
  expect(await change(create, { input: { max_vfolder_size: 2 ** 40 } })).toEqual({
    ...DONE,
    resource_policy: { name: 'gold', max_vfolder_size: 2 ** 40 },
  })
  const modify = `mutation($input: ${modifyInput}!) {
    change: modify_${kind}_resource_policy(name: "gold", props: $input) { ok msg } }`
  expect(await change(modify, { input: { max_quota_scope_size: 5, max_vfolder_count: 3 } })).toEqual(DONE)
  const info = `{ policy: ${kind}_resource_policy(name: "gold") { max_quota_scope_size max_vfolder_count } }`
  expect(await read(info)).toEqual({ policy: { max_quota_scope_size: 5, max_vfolder_count: 3 } })
  const remove = `mutation { change: delete_${kind}_resource_policy(name: "gold") { ok msg } }`
  expect(await change(remove)).toEqual(DONE)
  expect(await read(info)).toEqual({ policy: null })
})

test('presets', async () => {
  const create = `mutation($input: CreateResourcePresetInput!) {
    change: create_resource_preset(name: "big", props: $input) { ok msg resource_preset { name shared_memory } } }`
  const input = { resource_slots: '{"cpu": 64, "mem": "1t"}', shared_memory: '8g' }
  expect(await change(create, { input })).toEqual({
    ...DONE,
    resource_preset: { name: 'big', shared_memory: 8 * 1024 ** 3 },
  })
  const modify = `mutation($input: ModifyResourcePresetInput!) {
    change: modify_resource_preset(name: "big", props: $input) { ok msg } }`
  expect(await change(modify, { input: { shared_memory: '1g' } })).toEqual(DONE)
  expect(await change(modify, { input: { resource_slots: '{"cpu": "lots"}' } })).toMatchObject({ ok: false })
  expect(await read('{ resource_preset(name: "big") { resource_slots shared_memory } }')).toEqual({
    resource_preset: { resource_slots: '{"cpu":"64","mem":"1099511627776"}', shared_memory: 1024 ** 3 },
  })
  expect(await change('mutation { change: delete_resource_preset(name: "big") { ok msg } }')).toEqual(DONE)
})

const GROUP_INPUT = {
  description: '',
  is_active: true,
  is_public: true,
  driver: 'static',
  driver_opts: '{}',
  scheduler: 'fifo',
  scheduler_opts: '{}',
  use_host_network: false,
  wsproxy_addr: '',
  wsproxy_api_token: '',
}
const CREATE_GROUP = `mutation($name: String!, $input: CreateScalingGroupInput!) {
  change: create_scaling_group(name: $name, props: $input) { ok msg scaling_group { name } } }`

test('resource groups, with the documents of the official client', async () => {
  expect(await change(CREATE_GROUP, { name: 'gpu', input: GROUP_INPUT })).toEqual({
    ...DONE,
    scaling_group: { name: 'gpu' },
  })
  const modify = `mutation($name: String!, $input: ModifyScalingGroupInput!) {
    change: modify_scaling_group(name: $name, props: $input) { ok msg } }`
  const options = { scheduler_opts: '{"config": {"num_retries_to_skip": 5}, "pending_timeout": "1h"}' }
  expect(await change(modify, { name: 'gpu', input: { ...options, is_public: false } })).toEqual(DONE)
  const info = `query($name: String) { scaling_group(name: $name) { name is_public scheduler scheduler_opts } }`
  expect(await read(info, { name: 'gpu' })).toEqual({
    scaling_group: {
      name: 'gpu',
      is_public: false,
      scheduler: 'fifo',
      scheduler_opts:
        '{"allowed_session_types":["interactive","batch"],"pending_timeout":"1h","config":{"num_retries_to_skip":5},"agent_selection_strategy":"dispersed","roundrobin":false}',
    },
  })
  expect(await change('mutation { change: delete_scaling_group(name: "gpu") { ok msg } }')).toEqual(DONE)
})

/** Each kind of holder: its argument, how its group lists are asked, and the field that takes all away. */
const HOLDERS = [
  ['domain', 'domain', 'String!', 'scaling_groups_for_domain(domain: $to)', 'domain'],
  ['user_group', 'user_group', 'UUID!', 'scaling_groups_for_user_group(user_group: $to)', 'group'],
  ['keypair', 'access_key', 'String!', 'scaling_groups_for_keypair(access_key: $to)', null],
] as const

test.each(HOLDERS)(
  'resource groups of a %s: one, several, all',
  async (holder, argument, type, list, all) => {
    for (const name of ['one', 'two']) {
      await manager.ask(CREATE_GROUP, { name, input: GROUP_INPUT }, ADMIN)
    }
    const { groups } = manager.ports.store.tables
    const [project] = await manager.ports.store.db.select().from(groups)
    const to = { domain: 'default', user_group: project?.id, keypair: USER.accessKey }[holder]
    const names = async () => {
      const data = await read(`query($to: ${type.replace('UUID', 'String')}) { found: ${list} { name } }`, {
        to,
      })
      const found = (data?.found ?? []) as { name: string }[]
      return found.map(({ name }) => name)
    }
    const one = (verb: string, name: string) =>
      change(
        `mutation($to: ${type}) { change: ${verb}_scaling_group_with_${holder}(scaling_group: "${name}", ${argument}: $to) { ok msg } }`,
        { to },
      )
    const several = (verb: string, some: string[]) =>
      change(
        `mutation($to: ${type}, $some: [String]!) { change: ${verb}_scaling_groups_with_${holder}(scaling_groups: $some, ${argument}: $to) { ok msg } }`,
        { to, some },
      )
    const before = await names()
    expect(await one('associate', 'one')).toEqual(DONE)
    expect(await one('associate', 'one')).toMatchObject({ ok: false })
    expect(await several('associate', ['one', 'two'])).toEqual(DONE)
    expect(await names()).toEqual([...before, 'one', 'two'])
    expect(await one('disassociate', 'one')).toEqual(DONE)
    expect(await one('disassociate', 'one')).toMatchObject({ ok: false })
    expect(await several('disassociate', ['one', 'two'])).toEqual(DONE)
    expect(await names()).toEqual(before)
    if (all === null) return
    const clear = `mutation($to: ${type}) { change: disassociate_all_scaling_groups_with_${all}(${argument}: $to) { ok msg } }`
    expect(await change(clear, { to })).toEqual(DONE)
    expect(await names()).toEqual([])
  },
)
