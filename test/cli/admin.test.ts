import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { runCli } from '../../src/cli/program.ts'
import { answerGraphQl, type RootCall } from '../client/answer-graphql.ts'
import {
  eventStream,
  json,
  problem,
  type ScriptedManager,
  startScriptedManager,
} from '../client/scripted-manager.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const EARLIER = '2026-11-21T07:55:00+00:00'
const ID = '11111111-2222-3333-4444-555555555555'
let manager: ScriptedManager

beforeEach(async () => {
  manager = await startScriptedManager()
})
afterEach(() => manager[Symbol.asyncDispose]())

async function admin(args: readonly string[], options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, now: NOW, ...options })
  return { code: await runCli(['admin', ...args], io), ...io.out }
}

const ok = (more: object = {}) => ({ ok: true, msg: 'success', ...more })
const refused = (msg: string) => ({ ok: false, msg })
const propsOf = (calls: readonly RootCall[], root: string): unknown =>
  JSON.parse(JSON.stringify(calls.find((call) => call.root === root)?.args ?? null))

const domain = {
  name: 'default',
  description: 'first one',
  is_active: true,
  created_at: EARLIER,
  total_resource_slots: '{"cpu":"8"}',
  allowed_vfolder_hosts: '{"local:volume1":["mount-in-session"]}',
  allowed_docker_registries: ['cr.backend.ai'],
}
const group = {
  id: ID,
  name: 'robots',
  description: '',
  is_active: true,
  created_at: EARLIER,
  domain_name: 'default',
  total_resource_slots: '{}',
  allowed_vfolder_hosts: '{}',
  resource_policy: 'default',
}
const user = {
  uuid: ID,
  username: 'user',
  email: 'user@example.com',
  full_name: 'A User',
  role: 'user',
  status: 'active',
  need_password_change: false,
  created_at: EARLIER,
  domain_name: 'default',
  groups: [{ id: ID, name: 'robots' }],
  allowed_client_ip: ['10.0.0.0/8'],
  sudo_session_enabled: false,
  main_access_key: 'AKIAMAIN',
}
const keypair = {
  user_id: 'user@example.com',
  user_info: { full_name: 'A User' },
  access_key: 'AKIAMAIN',
  secret_key: 'secret',
  is_active: true,
  is_admin: false,
  created_at: EARLIER,
  last_used: EARLIER,
  resource_policy: 'default',
  rate_limit: 5000,
  concurrency_used: 2,
}
const policy = {
  id: '1',
  name: 'default',
  created_at: EARLIER,
  default_for_unspecified: 'UNLIMITED',
  total_resource_slots: '{}',
  max_session_lifetime: 0,
  max_concurrent_sessions: 30,
  max_containers_per_session: 1,
  idle_timeout: 1800,
  allowed_vfolder_hosts: '{}',
  max_vfolder_count: 0,
  max_quota_scope_size: 1024 ** 3,
}
const preset = { name: 'small', resource_slots: '{"cpu":"1","mem":"1073741824"}', shared_memory: 1024 ** 2 }
const scalingGroup = {
  name: 'gpu',
  description: 'fast ones',
  is_active: true,
  is_public: false,
  created_at: EARLIER,
  driver: 'static',
  driver_opts: '{}',
  scheduler: 'fifo',
  scheduler_opts: '{"pending_timeout":0}',
  use_host_network: false,
}
const volume = {
  id: 'local:volume1',
  backend: 'vfs',
  capabilities: ['vfolder'],
  path: '/mnt',
  usage: '{"used":1}',
}
const registry = {
  id: 'r',
  hostname: 'cr.example',
  config: {
    url: 'https://cr.example',
    type: 'docker',
    project: ['stable'],
    username: 'me',
    password: 'hidden',
  },
}
const agent = {
  id: 'i-1',
  status: 'ALIVE',
  architecture: 'x86_64',
  scaling_group: 'default',
  cpu_cur_pct: 12.3,
  available_slots: '{"cpu":"8"}',
  occupied_slots: '{}',
}
const image = {
  id: 'image-1',
  name: 'stable/python',
  registry: 'cr.backend.ai',
  architecture: 'x86_64',
  tag: '3.9',
  digest: 'sha256:0',
  size_bytes: 1024,
  aliases: ['python'],
  labels: [{ key: 'ai.backend.role', value: 'COMPUTE' }],
  resource_limits: [{ key: 'cpu', min: '1', max: null }],
  supported_accelerators: ['cuda'],
  installed: true,
}
const page = (item: object) => () => ({ items: [item], total_count: 1 })

const ROOTS = {
  domains: () => [domain],
  domain: ({ name }: Record<string, unknown>) => (name === 'default' ? domain : null),
  groups: () => [group],
  group: ({ id }: Record<string, unknown>) => (id === ID ? group : null),
  groups_by_name: ({ name }: Record<string, unknown>) => (name === 'robots' ? [group] : []),
  user_list: page(user),
  user: ({ email }: Record<string, unknown>) => (email === 'x@y.z' ? null : user),
  keypair_list: page(keypair),
  keypair: ({ access_key: key }: Record<string, unknown>) => (key === 'AKIANONE' ? null : keypair),
  keypair_resource_policies: () => [policy],
  keypair_resource_policy: ({ name }: Record<string, unknown>) => (name === 'default' ? policy : null),
  user_resource_policies: () => [policy],
  user_resource_policy: ({ name }: Record<string, unknown>) => (name === 'default' ? policy : null),
  project_resource_policies: () => [policy],
  project_resource_policy: ({ name }: Record<string, unknown>) => (name === 'default' ? policy : null),
  resource_presets: () => [preset],
  resource_preset: ({ name }: Record<string, unknown>) => (name === 'small' ? preset : null),
  scaling_groups: () => [scalingGroup],
  scaling_group: ({ name }: Record<string, unknown>) => (name === 'gpu' ? scalingGroup : null),
  storage_volume_list: page(volume),
  storage_volume: ({ id }: Record<string, unknown>) => (id === 'local:volume1' ? volume : null),
  vfolder_host_permissions: () => ({ vfolder_host_permission_list: ['create-vfolder', 'mount-in-session'] }),
  container_registries: () => [registry],
  container_registry: ({ hostname }: Record<string, unknown>) =>
    hostname === 'cr.example' ? registry : null,
  agent_list: page(agent),
  agent: ({ agent_id: id }: Record<string, unknown>) => (id === 'i-1' ? agent : null),
  images: () => [image],
  image: ({ reference }: Record<string, unknown>) => (reference === 'python' ? image : null),
  quota_scope: () => ({
    id: 'q',
    quota_scope_id: 'user:1',
    storage_host_name: 'local:volume1',
    details: { usage_bytes: 1024, usage_count: 3, hard_limit_bytes: 2048 },
  }),
  vfolder_list: page({
    id: ID,
    host: 'local:volume1',
    name: 'data',
    created_at: EARLIER,
    creator: 'user@example.com',
    permission: 'rw',
    ownership_type: 'user',
    status: 'ready',
  }),
}

describe('lists', () => {
  test.each<[string[], RegExp]>([
    [['domain', 'list'], /^default +yes +cpu 8 +first one +5 min ago$/m],
    [['group', 'list', '-d', 'default'], new RegExp(`^${ID} +robots +default +yes +5 min ago$`, 'm')],
    [['project', 'list'], /robots/],
    [['user', 'list'], /^user@example\.com +A User +default +user +active +robots$/m],
    [['keypair', 'list'], /^AKIAMAIN +user@example\.com +yes +no +default +2 +5 min ago$/m],
    [['keypair-resource-policy', 'list'], /^default +no limit +unlimited +30 +1 +1800 s$/m],
    [['resource-policy', 'list'], /^default +no limit/m],
    [['user-resource-policy', 'list'], /^default +no limit +1 GiB$/m],
    [['project-resource-policy', 'list'], /^default +no limit +1 GiB$/m],
    [['resource-preset', 'list'], /^small +cpu 1, mem 1 GiB +1 MiB$/m],
    [['scaling-group', 'list'], /^gpu +yes +no +fifo +fast ones$/m],
    [['resource-group', 'list'], /^gpu/m],
    [['storage', 'list'], /^local:volume1 +vfs +vfolder$/m],
    [['permission', 'list'], /^create-vfolder\nmount-in-session$/m],
    [['registry', 'list'], /^cr\.example +docker +https:\/\/cr\.example +stable$/m],
    [['agent', 'list', '--sgroup', 'default'], /^i-1 +ALIVE +default +12 %/m],
    [['image', 'list'], /^cr\.backend\.ai\/stable\/python:3\.9 +x86_64 +1 KiB +python$/m],
    [['vfolder', 'list'], /^data +local:volume1 +user +user@example\.com +rw +ready +5 min ago$/m],
  ])('%j is a table in 80 columns, and JSON', async (args, line) => {
    answerGraphQl(manager, ROOTS)
    const shown = await admin(args, { isTTY: true })
    expect([shown.code, shown.stderr]).toEqual([0, ''])
    expect((await admin(args)).stdout).toMatch(line)
    for (const each of shown.stdout.split('\n')) expect(Bun.stringWidth(each)).toBeLessThanOrEqual(80)
    const asJson = await admin([...args, '--json'])
    expect([asJson.code, asJson.stderr]).toEqual([0, ''])
    const document = JSON.parse(asJson.stdout)
    expect(document.items?.length ?? document.vfolder_host_permission_list?.length).toBeGreaterThan(0)
  })

  test('every page is read, or as many as were asked for', async () => {
    const calls = answerGraphQl(manager, {
      user_list: ({ limit, offset }) => ({
        items: Array.from({ length: Math.min(Number(limit), 250 - Number(offset)) }, (_, at) => ({
          ...user,
          email: `u${Number(offset) + at}@example.com`,
        })),
        total_count: 250,
      }),
    })
    const all = await admin([
      'user',
      'list',
      '-s',
      'active',
      '--filter',
      'role == "user"',
      '--order',
      '+email',
    ])
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(251)
    expect(calls.map(({ args }) => [args.limit, args.offset])).toEqual([
      [100, 0],
      [100, 100],
      [100, 200],
    ])
    expect(calls[0]?.args).toMatchObject({ status: 'active', filter: 'role == "user"', order: '+email' })
    const some = await admin(['user', 'list', '--limit', '2', '--offset', '5'])
    expect(some.stdout).toContain('u5@example.com')
    expect(some.stdout.trimEnd().split('\n')).toHaveLength(3)
    expect(some.stderr).toContain('243 more')
    const pages: string[] = []
    await admin(['user', 'list'], { isTTY: true, pager: (text) => pages.push(text) })
    expect(pages.join('').trimEnd().split('\n')).toHaveLength(251)
  })

  test('--watch prints again when something has changed, until Ctrl-C', async () => {
    let looks = 0
    answerGraphQl(manager, {
      agent_list: () => {
        looks += 1
        return { items: [{ ...agent, status: looks < 3 ? 'ALIVE' : 'LOST' }], total_count: 1 }
      },
    })
    const result = await admin(['agent', 'list', '-w', '--json'], {
      onWrite: (io) => {
        if (io.out.stdout.includes('LOST')) io.interrupt()
      },
    })
    expect(result.code).toBe(130)
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(2)
  })

  test('an empty list says so', async () => {
    answerGraphQl(manager, { domains: () => [] })
    expect(await admin(['domain', 'list'])).toMatchObject({ code: 0, stdout: '' })
    expect((await admin(['domain', 'list'])).stderr).toContain('There are no domains.')
    expect((await admin(['domain', 'list', '--json'])).stdout).toBe('{"items":[],"total_count":0}\n')
  })
})

describe('infos', () => {
  test.each<[string[], RegExp]>([
    [
      ['domain', 'info', 'default'],
      /Storage hosts +local:volume1: mount-in-session\nRegistries +cr\.backend\.ai/,
    ],
    [['group', 'info', 'robots'], /Name +robots\nDomain +default/],
    [['group', 'info', ID], /Name +robots/],
    [['user', 'info'], /Main access key +AKIAMAIN/],
    [['user', 'info', '-e', 'user@example.com'], /Allowed addresses +10\.0\.0\.0\/8/],
    [['keypair', 'info'], /Secret key +secret/],
    [['keypair-resource-policy', 'info', 'default'], /Idle sessions end +1800 s/],
    [['user-resource-policy', 'info', 'default'], /Size of them +1 GiB/],
    [['project-resource-policy', 'info', 'default'], /Folders +no limit/],
    [['resource-preset', 'info', 'small'], /Shared memory +1 MiB/],
    [['scaling-group', 'info', 'gpu'], /"pending_timeout": 0/],
    [['storage', 'info', 'local:volume1'], /"used": 1/],
    [['registry', 'info', 'cr.example'], /Projects +stable/],
    [['agent', 'info', 'i-1'], /Architecture +x86_64/],
    [['image', 'info', 'python'], /Resources +cpu 1 to any\nLabels +ai\.backend\.role=COMPUTE/],
    [['quota-scope', 'get', 'local:volume1', 'user:1'], /Used +1 KiB\nFiles +3\nLimit +2 KiB/],
  ])('%j shows fields, and JSON', async (args, line) => {
    answerGraphQl(manager, ROOTS)
    const shown = await admin(args)
    expect([shown.code, shown.stderr]).toEqual([0, ''])
    expect(shown.stdout).toMatch(line)
    expect(JSON.parse((await admin([...args, '--json'])).stdout)).toBeObject()
  })

  test.each<[string[], string]>([
    [['domain', 'info', 'defalt'], 'Did you mean: default?'],
    [['group', 'info', 'robot'], 'Did you mean: robots?'],
    [['user', 'info', 'x@y.z'], '"backend.ai admin user list" lists'],
    [['keypair', 'info', 'AKIANONE'], 'admin keypair list'],
    [['keypair-resource-policy', 'info', 'defaul'], 'Did you mean: default?'],
    [['user-resource-policy', 'info', 'defaul'], 'Did you mean: default?'],
    [['project-resource-policy', 'info', 'defaul'], 'Did you mean: default?'],
    [['resource-preset', 'info', 'smal'], 'Did you mean: small?'],
    [['scaling-group', 'info', 'gp'], 'Did you mean: gpu?'],
    [['storage', 'info', 'local:volum1'], 'Did you mean: local:volume1?'],
    [['registry', 'info', 'cr.exampl'], 'Did you mean: cr.example?'],
    [['agent', 'info', 'i-2'], 'Did you mean: i-1'],
    [['image', 'info', 'pyton'], 'Did you mean: python?'],
  ])('%j is not there', async (args, hint) => {
    answerGraphQl(manager, ROOTS)
    const result = await admin(args)
    expect([result.code, result.stdout]).toEqual([1, ''])
    expect(result.stderr).toContain('There is no ')
    expect(result.stderr).toContain(hint)
    expect(JSON.parse((await admin([...args, '--json'])).stderr).error.exit_code).toBe(1)
  })

  test('several projects of one name are all shown', async () => {
    const other = { ...group, id: ID.replaceAll('1', '9'), domain_name: 'other' }
    answerGraphQl(manager, { groups_by_name: () => [group, other] })
    expect((await admin(['group', 'info', 'robots'])).stdout.match(/^Name +robots$/gm)).toHaveLength(2)
    expect(JSON.parse((await admin(['group', 'info', 'robots', '--json'])).stdout).total_count).toBe(2)
    const unclear = await admin(['group', 'delete', 'robots'])
    expect(unclear.code).toBe(1)
    expect(unclear.stderr).toContain('in domain other')
  })

  test('the password of a registry is never printed', async () => {
    answerGraphQl(manager, ROOTS)
    for (const args of [['list'], ['info', 'cr.example']]) {
      const { stdout } = await admin(['registry', ...args, '--json'])
      expect(stdout).toContain('***')
      expect(stdout).not.toContain('hidden')
    }
  })
})

describe('changes', () => {
  const made = { user: { email: 'a@b.c', username: 'a', uuid: ID, domain_name: 'default' } }
  test.each<[string[], string, object, object]>([
    [
      ['domain', 'add', 'lab', '-d', 'x', '--total-resource-slots', 'cpu=4,mem=8g', '--inactive'],
      'create_domain',
      ok({ domain: { name: 'lab' } }),
      {
        name: 'lab',
        props: { description: 'x', is_active: false, total_resource_slots: '{"cpu":"4","mem":"8g"}' },
      },
    ],
    [
      [
        'domain',
        'update',
        'lab',
        '--new-name',
        'den',
        '--is-active',
        'false',
        '--allowed-vfolder-hosts',
        '{"h":["a"]}',
      ],
      'modify_domain',
      ok(),
      { name: 'lab', props: { name: 'den', is_active: false, allowed_vfolder_hosts: '{"h":["a"]}' } },
    ],
    [['domain', 'delete', 'lab'], 'delete_domain', ok(), { name: 'lab' }],
    [['domain', 'purge', 'lab'], 'purge_domain', ok(), { name: 'lab' }],
    [
      ['group', 'add', 'default', 'g', '--vfhost-perms', '{"h":["a"]}'],
      'create_group',
      ok({ group: { id: ID, name: 'g', domain_name: 'default' } }),
      { name: 'g', props: { domain_name: 'default', is_active: true, allowed_vfolder_hosts: '{"h":["a"]}' } },
    ],
    [['group', 'update', 'robots', '-n', 'h'], 'modify_group', ok(), { gid: ID, props: { name: 'h' } }],
    [['group', 'delete', ID], 'delete_group', ok(), { gid: ID }],
    [['group', 'purge', ID], 'purge_group', ok(), { gid: ID }],
    [
      ['group', 'add-users', ID, 'user@example.com', ID],
      'modify_group',
      ok(),
      { gid: ID, props: { user_update_mode: 'add', user_uuids: [ID, ID] } },
    ],
    [
      ['group', 'remove-users', ID, ID],
      'modify_group',
      ok(),
      { gid: ID, props: { user_update_mode: 'remove', user_uuids: [ID] } },
    ],
    [
      [
        'user',
        'add',
        'default',
        'a@b.c',
        'pw',
        '-u',
        'a',
        '-n',
        'A B',
        '-r',
        'admin',
        '--allowed-ip',
        '"1.1.1.1","10.0.0.0/8"',
      ],
      'create_user',
      ok(made),
      {
        email: 'a@b.c',
        props: {
          username: 'a',
          full_name: 'A B',
          password: 'pw',
          role: 'admin',
          status: 'active',
          domain_name: 'default',
          need_password_change: false,
          allowed_client_ip: ['1.1.1.1', '10.0.0.0/8'],
        },
      },
    ],
    [
      [
        'user',
        'update',
        'a@b.c',
        '-s',
        'inactive',
        '--need-password-change',
        'true',
        '--main-access-key',
        'K',
      ],
      'modify_user',
      ok(),
      { email: 'a@b.c', props: { status: 'inactive', need_password_change: true, main_access_key: 'K' } },
    ],
    [['user', 'delete', 'a@b.c'], 'delete_user', ok(), { email: 'a@b.c' }],
    [
      ['user', 'purge', 'a@b.c', '--purge-shared-vfolders'],
      'purge_user',
      ok(),
      { email: 'a@b.c', props: { purge_shared_vfolders: true } },
    ],
    [
      ['keypair', 'add', 'a@b.c', 'default', '-a', '-r', '100'],
      'create_keypair',
      ok({ keypair: { access_key: 'K', secret_key: 'S' } }),
      {
        user_id: 'a@b.c',
        props: { is_active: true, is_admin: true, resource_policy: 'default', rate_limit: 100 },
      },
    ],
    [
      ['keypair', 'update', 'K', '--is-admin', 'no', '-r', '5'],
      'modify_keypair',
      ok(),
      { access_key: 'K', props: { is_admin: false, rate_limit: 5 } },
    ],
    [['keypair', 'activate', 'K'], 'modify_keypair', ok(), { access_key: 'K', props: { is_active: true } }],
    [
      ['keypair', 'deactivate', 'K'],
      'modify_keypair',
      ok(),
      { access_key: 'K', props: { is_active: false } },
    ],
    [['keypair', 'delete', 'K'], 'delete_keypair', ok(), { access_key: 'K' }],
    [
      ['keypair-resource-policy', 'add', 'p', '--default-for-unspecified', 'LIMITED', '--idle-timeout', '0'],
      'create_keypair_resource_policy',
      ok({ resource_policy: { name: 'p' } }),
      {
        name: 'p',
        props: { default_for_unspecified: 'LIMITED', idle_timeout: 0, max_concurrent_sessions: 30 },
      },
    ],
    [
      ['keypair-resource-policy', 'update', 'p', '--total-resource-slots', '{"cpu":2}'],
      'modify_keypair_resource_policy',
      ok(),
      { name: 'p', props: { total_resource_slots: '{"cpu":2}' } },
    ],
    [['keypair-resource-policy', 'delete', 'p'], 'delete_keypair_resource_policy', ok(), { name: 'p' }],
    [
      ['user-resource-policy', 'add', 'p', '--max-quota-scope-size', '10g'],
      'create_user_resource_policy',
      ok({ resource_policy: policy }),
      { name: 'p', props: { max_quota_scope_size: 10 * 1024 ** 3 } },
    ],
    [
      ['user-resource-policy', 'update', 'p', '--max-quota-scope-size', '-1'],
      'modify_user_resource_policy',
      ok(),
      { name: 'p', props: { max_quota_scope_size: -1 } },
    ],
    [['user-resource-policy', 'delete', 'p'], 'delete_user_resource_policy', ok(), { name: 'p' }],
    [
      ['project-resource-policy', 'add', 'p', '--max-vfolder-count', '3'],
      'create_project_resource_policy',
      ok({ resource_policy: policy }),
      { name: 'p', props: { max_vfolder_count: 3 } },
    ],
    [
      ['project-resource-policy', 'update', 'p', '--max-vfolder-count', '3'],
      'modify_project_resource_policy',
      ok(),
      { name: 'p', props: { max_vfolder_count: 3 } },
    ],
    [['project-resource-policy', 'delete', 'p'], 'delete_project_resource_policy', ok(), { name: 'p' }],
    [
      ['resource-preset', 'add', 'p', 'cpu=1,mem=1g', '--shared-memory', '64m'],
      'create_resource_preset',
      ok({ resource_preset: preset }),
      { name: 'p', props: { resource_slots: '{"cpu":"1","mem":"1g"}', shared_memory: '64m' } },
    ],
    [
      ['resource-preset', 'update', 'p', '--resource-slots', 'cpu=2'],
      'modify_resource_preset',
      ok(),
      { name: 'p', props: { resource_slots: '{"cpu":"2"}' } },
    ],
    [['resource-preset', 'delete', 'p'], 'delete_resource_preset', ok(), { name: 'p' }],
    [
      ['scaling-group', 'add', 's', '--desc', 'x', '--private', '--scheduler-opts', '{"a":1}'],
      'create_scaling_group',
      ok({ scaling_group: { name: 's' } }),
      {
        name: 's',
        props: {
          description: 'x',
          is_active: true,
          is_public: false,
          driver: 'static',
          scheduler: 'fifo',
          scheduler_opts: '{"a":1}',
          use_host_network: false,
        },
      },
    ],
    [
      ['scaling-group', 'update', 's', '-a', 'off', '--private', 'no', '--wsproxy-addr', 'http://p'],
      'modify_scaling_group',
      ok(),
      { name: 's', props: { is_active: false, is_public: true, wsproxy_addr: 'http://p' } },
    ],
    [['scaling-group', 'delete', 's'], 'delete_scaling_group', ok(), { name: 's' }],
    [
      ['scaling-group', 'associate-scaling-group', 's', 'd'],
      'associate_scaling_group_with_domain',
      ok(),
      { scaling_group: 's', domain: 'd' },
    ],
    [
      ['scaling-group', 'associate-scaling-group', 's', 'robots', '--group'],
      'associate_scaling_group_with_user_group',
      ok(),
      { scaling_group: 's', user_group: ID },
    ],
    [
      ['scaling-group', 'dissociate-scaling-group', 's', 'K', '--keypair'],
      'disassociate_scaling_group_with_keypair',
      ok(),
      { scaling_group: 's', access_key: 'K' },
    ],
    [
      ['scaling-group', 'dissociate-scaling-group', 's', 'd'],
      'disassociate_scaling_group_with_domain',
      ok(),
      { scaling_group: 's', domain: 'd' },
    ],
    [
      [
        'registry',
        'add',
        'cr.example',
        'https://cr.example',
        'harbor2',
        '--project',
        'a,b',
        '--ssl-verify',
        'no',
      ],
      'create_container_registry',
      { container_registry: registry },
      {
        hostname: 'cr.example',
        props: { url: 'https://cr.example', type: 'harbor2', project: ['a', 'b'], ssl_verify: false },
      },
    ],
    [
      ['registry', 'update', 'cr.example', '--username', 'me'],
      'modify_container_registry',
      { container_registry: registry },
      { hostname: 'cr.example', props: { username: 'me' } },
    ],
    [
      ['registry', 'delete', 'cr.example'],
      'delete_container_registry',
      { container_registry: registry },
      { hostname: 'cr.example' },
    ],
    [
      ['quota-scope', 'set', 'local:volume1', 'user:1', '2k'],
      'set_quota_scope',
      { quota_scope: ROOTS.quota_scope() },
      { quota_scope_id: 'user:1', props: { hard_limit_bytes: 2048 } },
    ],
    [
      ['quota-scope', 'unset', 'local:volume1', 'user:1'],
      'unset_quota_scope',
      { quota_scope: ROOTS.quota_scope() },
      { quota_scope_id: 'user:1' },
    ],
    [
      ['agent', 'update', 'i-1', '--schedulable', 'false', '--scaling-group', 'gpu'],
      'modify_agent',
      ok(),
      { id: 'i-1', props: { schedulable: false, scaling_group: 'gpu' } },
    ],
    [
      ['image', 'forget', 'python', '--arch', 'aarch64'],
      'forget_image',
      ok(),
      { reference: 'python', architecture: 'aarch64' },
    ],
    [['image', 'clear', '-r', 'cr'], 'clear_images', ok(), { registry: 'cr' }],
    [['image', 'untag', 'python'], 'untag_image_from_registry', ok(), { image_id: image.id }],
  ])('%j', async (args, root, answer, sent) => {
    const calls = answerGraphQl(manager, { ...ROOTS, [root]: () => answer })
    const result = await admin(args)
    expect(result.stderr).toStartWith('✔ ')
    expect(result.code).toBe(0)
    expect(propsOf(calls, root)).toMatchObject(sent)
    const asJson = await admin([...args, '--json'])
    expect([asJson.code, asJson.stderr]).toEqual([0, ''])
    expect(JSON.parse(asJson.stdout)).toMatchObject({ ok: true })
  })

  test('the secret of a new key pair is shown once, on standard output', async () => {
    answerGraphQl(manager, { create_keypair: () => ok({ keypair: { access_key: 'K', secret_key: 'S' } }) })
    expect((await admin(['keypair', 'add', 'a@b.c', 'default'])).stdout).toBe(
      'Access key  K\nSecret key  S\n',
    )
    const asJson = JSON.parse((await admin(['keypair', 'add', 'a@b.c', 'default', '--json'])).stdout)
    expect(asJson.keypair).toEqual({ access_key: 'K', secret_key: 'S' })
  })

  test('the password of a new user may come from standard input', async () => {
    const calls = answerGraphQl(manager, { create_user: () => ok(made) })
    await admin(['user', 'add', 'default', 'a@b.c'], { input: ['s3cret'] })
    expect(propsOf(calls, 'create_user')).toMatchObject({ props: { password: 's3cret', username: 'a@b.c' } })
  })

  test('what the server refuses is told in its words, when the thing is there', async () => {
    answerGraphQl(manager, { ...ROOTS, purge_domain: () => refused('There are users in it.') })
    const result = await admin(['domain', 'purge', 'default'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('There are users in it.')
  })

  test('what is not there is named, with what is close', async () => {
    answerGraphQl(manager, { ...ROOTS, purge_domain: () => refused('no matching domain') })
    const result = await admin(['domain', 'purge', 'defalt'])
    expect(result.stderr).toContain('There is no domain "defalt".')
    expect(result.stderr).toContain('Did you mean: default?')
  })

  test('something that cannot be undone is asked for on a terminal', async () => {
    const calls = answerGraphQl(manager, { ...ROOTS, purge_user: () => ok() })
    const no = await admin(['user', 'purge', 'user@example.com'], { isInputTTY: true, input: ['n'] })
    expect([no.code, calls.length]).toEqual([1, 0])
    const yes = await admin(['user', 'purge', 'user@example.com'], { isInputTTY: true, input: ['y'] })
    expect([yes.code, calls.length]).toEqual([0, 1])
  })

  test.each<[string[], string]>([
    [['domain', 'update', 'default'], 'There is nothing to change.'],
    [['domain', 'add', 'd', '--total-resource-slots', 'cpu'], 'Expected cpu=8,mem=16g'],
    [['domain', 'add', 'd', '--vfolder-host-perms', '{"h":1}'], 'mount-in-session'],
    [['keypair', 'update', 'K', '--is-active', 'maybe'], 'Expected true or false.'],
    [
      ['user', 'add', 'd', 'a@b.c', 'p', '-r', 'king'],
      'Allowed choices are user, admin, superadmin, monitor',
    ],
    [['registry', 'add', 'a', 'b', 'ftp'], 'Allowed choices are docker'],
    [['user', 'list', '--limit', 'all'], 'Expected a number.'],
    [['quota-scope', 'set', 'h', 's', 'much'], 'Expected a size'],
    [['image', 'preload', 'python'], "required option '-a, --agents <IDS>'"],
    [['resource', 'usage-per-month', '2026-11'], 'yyyymm'],
    [['resource', 'usage-per-period', ID, '20261101', 'today'], 'yyyymmdd'],
    [['manager', 'freeze', '--wait', '--force-kill'], 'exclude each other'],
    [['announcement', 'update', '-m', ' '], 'The announcement is empty.'],
    [['vfolder', 'update-shared-vf-permission', ID, ID], "required option '-p, --permission"],
  ])('%j is wrong usage, and nothing is sent', async (args, message) => {
    const result = await admin(args)
    expect([result.code, result.stdout]).toEqual([2, ''])
    expect(result.stderr).toContain(message)
    expect(manager.requests).toEqual([])
  })
})

describe('REST', () => {
  const node = {
    id: 'i-manager',
    status: 'running',
    service_addr: '10.0.0.1:8081',
    version: '0.1.0',
    api_version: 'v7.20230615',
  }
  const mounts = {
    manager: { success: true, mounts: ['/mnt/a'] },
    agents: { 'i-1': { success: false, message: 'no route' } },
  }
  const share = {
    vfolder_id: ID,
    vfolder_name: 'data',
    owner: 'user@example.com',
    status: 'ready',
    perm: 'ro',
    type: 'user',
    shared_to: { uuid: ID, email: 'b@example.com' },
  }
  const usage = {
    g_id: ID,
    g_name: 'robots',
    domain_name: 'default',
    g_cpu_used: 7_200_000,
    g_mem_used: 1024 ** 3,
    g_io_read: 0,
    g_io_write: 1024,
    c_infos: [{}, {}],
  }
  const reads: [string[], string, unknown, RegExp, object?][] = [
    [
      ['manager', 'status'],
      'GET /manager/status',
      { status: 'running', active_sessions: 3, nodes: [node] },
      /^Active sessions +3\n\nMANAGER[^\n]*\ni-manager +running/m,
    ],
    [['announcement', 'get'], 'GET /manager/announcement', { enabled: true, message: '# Hi' }, /^# Hi$/m],
    [['etcd', 'get', 'a/b'], 'POST /config/get', { result: 'v' }, /^v$/m, { key: 'a/b', prefix: false }],
    [
      ['etcd', 'get', '-p', 'a'],
      'POST /config/get',
      { result: { b: 'v' } },
      /"b": "v"/,
      { key: 'a', prefix: true },
    ],
    [['resource', 'query-slots'], 'GET /config/resource-slots', { cpu: 'count' }, /^cpu +count$/m],
    [['resource', 'vfolder-types'], 'GET /config/vfolder-types', ['user', 'group'], /^user\ngroup$/m],
    [['resource', 'docker-registries'], 'GET /config/docker-registries', { 'cr.x': {} }, /^cr\.x$/m],
    [
      ['resource', 'usage-per-month', '202611', ID],
      'GET /resource/usage/month',
      [usage],
      /^robots +default +2 +2\.0 +1 GiB +0 B +1 KiB$/m,
    ],
    [
      ['resource', 'usage-per-period', ID, '20261101', '20261130'],
      'GET /resource/usage/period',
      [usage],
      /^robots/m,
    ],
    [
      ['watcher', 'status', 'i-1'],
      'GET /resource/watcher',
      { 'agent-status': 'active' },
      /^agent-status +active$/m,
    ],
    [
      ['watcher', 'agent-start', 'i-1'],
      'POST /resource/watcher/agent/start',
      { message: 'started' },
      /^started$/m,
      { agent_id: 'i-1' },
    ],
    [
      ['watcher', 'agent-stop', 'i-1'],
      'POST /resource/watcher/agent/stop',
      { message: 'stopped' },
      /^stopped$/m,
      { agent_id: 'i-1' },
    ],
    [
      ['watcher', 'agent-restart', 'i-1'],
      'POST /resource/watcher/agent/restart',
      { message: 'restarted' },
      /^restarted$/m,
      { agent_id: 'i-1' },
    ],
    [
      ['scaling-group', 'get-available', 'default'],
      'GET /scaling-groups',
      { scaling_groups: [{ name: 'gpu' }] },
      /^gpu$/m,
    ],
    [['license', 'show'], 'GET /license', { status: 'valid', certificate: { owner: 'us' } }, /^owner +us$/m],
    [
      ['vfolder', 'list-hosts'],
      'GET /folders/_/all-hosts',
      { default: 'local:volume1', allowed: ['local:volume1'] },
      /^local:volume1 \(default\)$/m,
    ],
    [
      ['vfolder', 'perf-metric', 'local:volume1'],
      'GET /folders/_/perf-metric',
      { metric: { iops_read: 5, io_bytes_read: 1024 } },
      /^iops_read +5\nio_bytes_read +1 KiB$/m,
    ],
    [
      ['vfolder', 'get-fstab-contents', '-a', 'i-1'],
      'GET /folders/_/fstab',
      { content: '# fstab', node: 'agent', node_id: 'i-1' },
      /^# fstab$/m,
    ],
    [
      ['vfolder', 'list-shared-vfolders'],
      'GET /folders/_/shared',
      { shared: [share] },
      /^data .* b@example\.com +ro +user$/m,
    ],
    [
      ['vfolder', 'shared-vfolder-info', ID],
      'GET /folders/_/shared',
      { shared: [share] },
      /^Shared to +b@example\.com/m,
    ],
  ]
  test.each(
    reads.map(([args, route, answer, line, sent = null]) => [args, route, answer, line, sent] as const),
  )('%j', async (args, route, answer, line, sent) => {
    answerGraphQl(manager, ROOTS)
    manager.on(route, () => json(answer))
    const result = await admin(args)
    expect([result.code, result.stderr]).toEqual([0, ''])
    expect(result.stdout).toMatch(line)
    if (sent) expect(manager.requestsOf(route)[0]?.json()).toEqual({ ...sent })
    const asJson = await admin([...args, '--json'])
    expect([asJson.code, asJson.stderr]).toEqual([0, ''])
    expect(() => JSON.parse(asJson.stdout)).not.toThrow()
  })

  test.each<[string[], string, object | null]>([
    [['manager', 'freeze', '--force-kill'], 'PUT /manager/status', { status: 'frozen', force_kill: true }],
    [['manager', 'unfreeze'], 'PUT /manager/status', { status: 'running' }],
    [
      ['manager', 'scheduler', 'include-agents', 'i-1', 'i-2'],
      'POST /manager/scheduler/operation',
      { op: 'include-agents', args: ['i-1', 'i-2'] },
    ],
    [
      ['manager', 'scheduler', 'exclude-agents', 'i-1'],
      'POST /manager/scheduler/operation',
      { op: 'exclude-agents', args: ['i-1'] },
    ],
    [['announcement', 'update', '-m', 'Hi'], 'POST /manager/announcement', { enabled: true, message: 'Hi' }],
    [['announcement', 'delete'], 'POST /manager/announcement', { enabled: false }],
    [['etcd', 'set', 'a/b', 'v'], 'POST /config/set', { key: 'a/b', value: 'v' }],
    [['etcd', 'delete', '-p', 'a'], 'POST /config/delete', { key: 'a', prefix: true }],
    [['resource', 'recalculate-usage'], 'POST /resource/recalculate-usage', null],
    [
      ['vfolder', 'change-vfolder-ownership', ID, 'b@example.com'],
      'POST /folders/_/change-ownership',
      { vfolder: ID, user_email: 'b@example.com' },
    ],
    [
      ['vfolder', 'update-shared-vf-permission', ID, ID, '-p', 'wd'],
      'POST /folders/_/shared',
      { vfolder: ID, user: ID, perm: 'wd' },
    ],
    [
      ['vfolder', 'remove-shared-vf-permission', ID, ID],
      'POST /folders/_/shared',
      { vfolder: ID, user: ID, perm: null },
    ],
  ])('%j', async (args, route, sent) => {
    manager.on(route, () => json({ result: 'ok' }))
    const result = await admin(args)
    expect(result.stderr).toStartWith('✔ ')
    expect(result.code).toBe(0)
    const [request] = manager.requestsOf(route)
    expect<object | null>(request?.body.length ? request.json() : null).toEqual(sent)
    expect(JSON.parse((await admin([...args, '--json'])).stdout)).toMatchObject({ ok: true })
  })

  test.each<[string[], string]>([
    [['vfolder', 'list-mounts'], 'GET /folders/_/mounts'],
    [['vfolder', 'mount-host', 'h:/x', 'n', '-o', 'ro', '--edit-fstab'], 'POST /folders/_/mounts'],
    [['vfolder', 'umount-host', 'n'], 'DELETE /folders/_/mounts'],
  ])('%j tells of every node, and fails when one has failed', async (args, route) => {
    manager.on(route, () => json(mounts))
    const result = await admin(args)
    expect(result.stdout).toMatch(/^manager +done +\/mnt\/a\ni-1 +failed +no route$/m)
    expect(result.code).toBe(1)
    expect(JSON.parse((await admin([...args, '--json'])).stdout)).toEqual(mounts)
  })

  test('freeze --wait waits until no session runs', async () => {
    const running = [2, 1, 0]
    manager.on('GET /manager/status', () => json({ status: 'running', active_sessions: running.shift() }))
    manager.on('PUT /manager/status', () => new Response(null, { status: 204 }))
    const result = await admin(['manager', 'freeze', '--wait'])
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('waiting for 2 sessions to end')
    expect(result.stderr).toContain('waiting for 1 session to end')
    expect(manager.requests.findLast(({ method }) => method === 'PUT')?.json()).toMatchObject({
      force_kill: false,
    })
  })

  test('an announcement may come from standard input, and may be missing', async () => {
    manager.on('POST /manager/announcement', () => new Response(null, { status: 204 }))
    manager.on('GET /manager/announcement', () => json({ enabled: false }))
    await admin(['announcement', 'update'], { input: ['# News', 'today'] })
    expect(manager.requestsOf('POST /manager/announcement')[0]?.json().message).toBe('# News\ntoday')
    expect((await admin(['announcement', 'get'])).stderr).toContain('There is no announcement.')
  })

  test('a key that is not there is an error with a hint', async () => {
    manager.on('POST /config/get', () => json({ result: null }))
    const result = await admin(['etcd', 'get', 'volumes'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('There is no key "volumes".')
    expect(result.stderr).toContain('-p shows what is below it.')
  })

  test('a manager without a license plugin says so', async () => {
    const result = await admin(['license', 'show'])
    expect(result.code).toBe(1)
    expect(result.stderr).toContain('needs no license')
  })

  test('an unknown agent of a watcher is named', async () => {
    answerGraphQl(manager, ROOTS)
    manager.on('GET /resource/watcher', () => problem(404, 'object-not-found', 'No such agent instance.'))
    expect((await admin(['watcher', 'status', 'i-2'])).stderr).toContain('There is no agent "i-2".')
  })
})

test.each(['preload', 'unload'])('image %s follows its task', async (action) => {
  const calls = answerGraphQl(manager, { [`${action}_image`]: () => ok({ task_id: ID }) })
  manager.on('GET /events/background-task', () =>
    eventStream(['event: bgtask_done\ndata: {"message":""}\n\n', 'event: server_close\ndata: {}\n\n']),
  )
  const result = await admin(['image', action, 'python', '-a', 'i-1,i-2'])
  expect(result.code).toBe(0)
  expect(calls[0]?.args).toEqual({ references: ['python'], target_agents: ['i-1', 'i-2'] })
})

test('admin session info is the info of any session', async () => {
  const answered = { id: ID, name: 'alpha', status: 'RUNNING', containers: [], dependencies: [] }
  answerGraphQl(manager, { compute_session: ({ id }) => (id === ID ? answered : null) })
  expect((await admin(['session', 'info', ID])).stdout).toMatch(/^Name +alpha$/m)
})
