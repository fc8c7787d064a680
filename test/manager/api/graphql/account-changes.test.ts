import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../../../harness/until.ts'
import { ADMIN, type Keys, USER } from '../test-manager.ts'
import { type GraphManager, startGraphManager } from './graph-manager.ts'

let manager: GraphManager
beforeAll(async () => {
  manager = await startGraphManager()
})
afterAll(() => manager[Symbol.asyncDispose]())

interface Change {
  ok: boolean
  msg: string
  [made: string]: unknown
}

/** One mutation's answer; the document names it `change`. */
async function change(document: string, variables: object = {}, as: Keys = ADMIN): Promise<Change> {
  const answer = await manager.ask<{ change: Change }>(document, variables, as)
  if (!answer.data?.change) throw new Error(JSON.stringify(answer.errors))
  return answer.data.change
}

async function read(document: string, variables: object = {}, as: Keys = ADMIN) {
  const answer = await manager.ask(document, variables, as)
  expect(answer.errors).toBeUndefined()
  return answer.data
}

const DONE = { ok: true, msg: 'success' }

test('domains, with the documents of the official client', async () => {
  const create = `mutation($name:String!, $input:DomainInput!) {
    change: create_domain(name:$name, props:$input) { ok msg domain { name } } }`
  const input = {
    description: '',
    is_active: true,
    total_resource_slots: '{}',
    allowed_vfolder_hosts: '{"local:volume1": ["create-vfolder"]}',
    allowed_docker_registries: ['cr.backend.ai'],
    integration_id: null,
  }
  expect(await change(create, { name: 'acme', input })).toEqual({ ...DONE, domain: { name: 'acme' } })
  expect(await change(create, { name: 'acme', input })).toEqual({
    ok: false,
    msg: 'A domain named "acme" exists already.',
    domain: null,
  })
  expect(await change(create, { name: 'evil', input }, USER)).toEqual({
    ok: false,
    msg: 'no permission to create_domain',
    domain: null,
  })
  const modify = `mutation($name:String!, $input:ModifyDomainInput!) {
    change: modify_domain(name:$name, props:$input) { ok msg } }`
  expect(await change(modify, { name: 'acme', input: { name: 'acme-2', is_active: false } })).toEqual(DONE)
  const info = `query($name:String) { domain(name:$name) { name description is_active created_at modified_at
    total_resource_slots allowed_vfolder_hosts allowed_docker_registries integration_id scaling_groups } }`
  expect(await read(info, { name: 'acme-2' })).toMatchObject({
    domain: {
      name: 'acme-2',
      is_active: false,
      total_resource_slots: '{}',
      allowed_vfolder_hosts: '{"local:volume1":["create-vfolder"]}',
      allowed_docker_registries: ['cr.backend.ai'],
      scaling_groups: [],
    },
  })
  expect(await read(info, { name: 'acme' })).toEqual({ domain: null })
  expect(await read(info)).toMatchObject({ domain: { name: 'default', scaling_groups: ['default'] } })
  expect(await read('{ domains(is_active:false) { name } }')).toEqual({ domains: [{ name: 'acme-2' }] })
  const remove = (field: string) => `mutation($name:String!) { change: ${field}(name:$name) { ok msg } }`
  expect(await change(remove('delete_domain'), { name: 'acme-2' })).toEqual(DONE)
  expect(await change(remove('purge_domain'), { name: 'acme-2' })).toEqual(DONE)
  expect(await change(remove('purge_domain'), { name: 'acme-2' })).toMatchObject({ ok: false })
})

test('projects, with the documents of the official client', async () => {
  const create = `mutation($name:String!, $input:GroupInput!) {
    change: create_group(name:$name, props:$input) { ok msg group { id domain_name name } } }`
  const input = {
    description: '',
    is_active: true,
    domain_name: 'default',
    total_resource_slots: '{"cpu": "8"}',
    allowed_vfolder_hosts: '{}',
    integration_id: null,
  }
  const made = await change(create, { name: 'team', input })
  expect(made).toMatchObject({ ...DONE, group: { domain_name: 'default', name: 'team' } })
  const { id } = made.group as { id: string }
  const modify = `mutation($gid:UUID!, $input:ModifyGroupInput!) {
    change: modify_group(gid:$gid, props:$input) { ok msg } }`
  const members = { user_update_mode: 'add', user_uuids: [USER.uuid] }
  expect(await change(modify, { gid: id, input: members })).toEqual(DONE)
  expect(await change(modify, { gid: id, input: members }, USER)).toEqual({
    ok: false,
    msg: 'no permission to modify_group',
  })
  const found = `query($name:String!, $domain_name:String) { groups_by_name(name:$name, domain_name:$domain_name) {
    id name description is_active created_at domain_name total_resource_slots allowed_vfolder_hosts integration_id
    resource_policy type container_registry scaling_groups } }`
  const row = {
    id,
    name: 'team',
    description: '',
    is_active: true,
    domain_name: 'default',
    total_resource_slots: '{"cpu":"8"}',
    allowed_vfolder_hosts: '{}',
    integration_id: null,
    resource_policy: 'default',
    type: 'GENERAL',
    container_registry: null,
    scaling_groups: [],
  }
  expect(await read(found, { name: 'team' }, USER)).toMatchObject({ groups_by_name: [row] })
  const list = '{ groups { name } stores: groups(type: ["MODEL_STORE"]) { name } }'
  expect(await read(list, {}, USER)).toEqual({
    groups: [{ name: 'default' }, { name: 'team' }],
    stores: [],
  })
  const remove = (field: string) => `mutation($gid:UUID!) { change: ${field}(gid:$gid) { ok msg } }`
  expect(await change(remove('delete_group'), { gid: id })).toEqual(DONE)
  expect(await read('{ groups(is_active: true) { name } }', {}, USER)).toEqual({
    groups: [{ name: 'default' }],
  })
  expect(await change(remove('purge_group'), { gid: id })).toEqual(DONE)
  expect(await read(found, { name: 'team' })).toEqual({ groups_by_name: [] })
})

const CREATE_USER = `mutation($email:String!, $input:UserInput!) {
  change: create_user(email:$email, props:$input) { ok msg user { domain_name email username uuid } } }`
const NEW_USER = {
  password: 'first',
  username: '',
  full_name: '',
  role: 'user',
  status: 'active',
  need_password_change: false,
  description: '',
  domain_name: 'default',
  totp_activated: false,
  sudo_session_enabled: false,
  allowed_client_ip: null,
}
const MODIFY_USER = `mutation($email:String!, $input:ModifyUserInput!) {
  change: modify_user(email:$email, props:$input) { ok msg } }`

const signs = async (keys: Keys) => (await manager.call('GET', '/auth/test?echo=hi', { as: keys })).status

/** The event that tells managers travels after the commit. */
const soonSigns = (keys: Keys, status: number) => until(async () => (await signs(keys)) === status)

test('users: a new one signs and logs in, a disabled one is refused at once', async () => {
  const email = 'anna@default'
  const made = await change(CREATE_USER, { email, input: NEW_USER })
  expect(made).toMatchObject({ ...DONE, user: { domain_name: 'default', email, username: email } })
  const login = (password: string) =>
    manager.call('POST', '/auth/authorize', {
      as: null,
      body: { type: 'keypair', domain: 'default', username: email, password },
    })
  const { data } = (await login('first')).json as { data: { access_key: string; secret_key: string } }
  const keys = { accessKey: data.access_key, secretKey: data.secret_key }
  await soonSigns(keys, 200)
  expect(await change(MODIFY_USER, { email, input: { description: '', status: 'inactive' } })).toEqual(DONE)
  await soonSigns(keys, 401)
  expect(await change(MODIFY_USER, { email, input: { is_active: true, password: 'second' } })).toEqual(DONE)
  await soonSigns(keys, 200)
  expect((await login('first')).status).toBe(401)
  expect((await login('second')).status).toBe(200)
  const blocked = { allowed_client_ip: ['10.9.9.9'] }
  expect(await change(MODIFY_USER, { email, input: blocked })).toEqual(DONE)
  await soonSigns(keys, 401)
  expect(await change(MODIFY_USER, { email, input: { allowed_client_ip: [] } })).toEqual(DONE)
  const toggle = `mutation($access_key:String!, $input:ModifyKeyPairInput!) {
    change: modify_keypair(access_key:$access_key, props:$input) { ok msg } }`
  const off = { is_active: false, is_admin: null, resource_policy: null, rate_limit: null }
  expect(await change(toggle, { access_key: keys.accessKey, input: off })).toEqual(DONE)
  await soonSigns(keys, 401)
  expect(await change(toggle, { access_key: keys.accessKey, input: { ...off, is_active: true } })).toEqual(
    DONE,
  )
  await soonSigns(keys, 200)
  const remove = 'mutation($email:String!) { change: delete_user(email:$email) { ok msg } }'
  expect(await change(remove, { email })).toEqual(DONE)
  await soonSigns(keys, 401)
  const purge = `mutation($email:String!, $input:PurgeUserInput!) {
    change: purge_user(email:$email, props:$input) { ok msg } }`
  expect(await change(purge, { email, input: { purge_shared_vfolders: false } })).toEqual(DONE)
  expect(await change(purge, { email, input: {} })).toEqual({
    ok: false,
    msg: `There is no user "${email}".`,
  })
}, 30_000)

test('passwords and hashes are nowhere in the answers', async () => {
  await change(CREATE_USER, { email: 'bert@default', input: { ...NEW_USER, password: 'open-sesame' } })
  const all =
    await read(`{ users { id uuid username email need_password_change full_name description is_active status
    status_info created_at modified_at domain_name role resource_policy allowed_client_ip totp_activated
    totp_activated_at sudo_session_enabled main_access_key groups { id name } } }`)
  expect(JSON.stringify(all)).toContain('bert@default')
  expect(JSON.stringify(all)).not.toMatch(/open-sesame|\$2[aby]\$/)
  const answer = await manager.ask('{ users { password } }', {}, ADMIN)
  expect(answer.errors?.[0]?.message).toContain('Cannot query field "password"')
})

test('keypairs, with the documents of the official client', async () => {
  const create = `mutation($user_id:String!, $input:KeyPairInput!) {
    change: create_keypair(user_id:$user_id, props:$input) { ok msg keypair { access_key secret_key } } }`
  const input = { is_active: true, is_admin: false, resource_policy: 'default', rate_limit: 5000 }
  const made = await change(create, { user_id: USER.email, input })
  expect(made).toMatchObject(DONE)
  const { access_key: accessKey, secret_key: secretKey } = made.keypair as Record<string, string>
  const keys = { accessKey: accessKey ?? '', secretKey: secretKey ?? '' }
  await soonSigns(keys, 200)
  const list = `query($limit:Int!, $offset:Int!, $filter:String, $order:String, $email:String) {
    keypair_list(limit:$limit, offset:$offset, filter:$filter, order:$order, email:$email) {
      items { access_key user_id projects user_info { full_name } concurrency_used rate_limit } total_count } }`
  const page = { limit: 10, offset: 0, filter: 'rate_limit == 5000', order: '-access_key', email: USER.email }
  expect(await read(list, page)).toEqual({
    keypair_list: {
      total_count: 1,
      items: [
        {
          access_key: accessKey,
          user_id: USER.email,
          projects: ['default'],
          user_info: { full_name: '' },
          concurrency_used: 0,
          rate_limit: 5000,
        },
      ],
    },
  })
  const remove = 'mutation($access_key:String!) { change: delete_keypair(access_key:$access_key) { ok msg } }'
  expect(await change(remove, { access_key: accessKey })).toEqual(DONE)
  await soonSigns(keys, 401)
  expect(await change(remove, { access_key: USER.accessKey })).toEqual({
    ok: false,
    msg: 'Cannot delete the main access key of a user.',
  })
}, 30_000)

test('what the schema refuses is an error of the document', async () => {
  const answer = await manager.ask('mutation { create_user(email: "a@b", props: {}) { ok } }', {}, ADMIN)
  expect(answer.errors?.[0]?.message).toContain('username')
  const wrong = await manager.ask(
    'mutation($gid: UUID!) { delete_group(gid: $gid) { ok } }',
    { gid: 'team' },
    ADMIN,
  )
  expect(wrong.errors?.[0]?.message).toContain('UUID')
})
