import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { ApiError } from '../../src/client/errors.ts'
import { answerGraphQl } from './answer-graphql.ts'
import {
  ACCESS_KEY,
  json,
  problem,
  type ScriptedManager,
  SECRET_KEY,
  startScriptedManager,
} from './scripted-manager.ts'

const ID = '11111111-2222-3333-4444-555555555555'
let manager: ScriptedManager
let client: Client

beforeEach(async () => {
  manager = await startScriptedManager()
  client = createClient({
    endpoint: manager.endpoint,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    transport: createCliTransport(),
  })
})
afterEach(() => manager[Symbol.asyncDispose]())

const ok = (more: object = {}) => ({ ok: true, msg: 'success', ...more })

describe('what the GraphQL functions send fits the schema of the manager', () => {
  const quota = {
    quota_scope: { id: 'q', quota_scope_id: 'user:1', storage_host_name: 'local:volume1', details: {} },
  }
  const registry = {
    container_registry: {
      id: 'r',
      hostname: 'cr.example',
      config: { url: 'https://cr.example', type: 'docker' },
    },
  }
  const page = { items: [], total_count: 0 }
  const policyInput = { defaultForUnspecified: 'LIMITED', totalResourceSlots: { cpu: 4 } } as const
  test.each<[string, (client: Client) => Promise<unknown>, unknown, Record<string, unknown>]>([
    ['domains', (c) => c.domains.list({ isActive: true }), [], { is_active: true }],
    ['domain', (c) => c.domains.detail('d'), null, { name: 'd' }],
    ['domain', (c) => c.domains.detail(), null, {}],
    [
      'create_domain',
      (c) =>
        c.domains.create('d', {
          description: 'x',
          totalResourceSlots: { cpu: 4 },
          allowedDockerRegistries: ['a'],
        }),
      ok({ domain: { name: 'd' } }),
      {
        name: 'd',
        props: {
          description: 'x',
          is_active: true,
          total_resource_slots: '{"cpu":4}',
          allowed_vfolder_hosts: '{}',
          allowed_docker_registries: ['a'],
          integration_id: null,
        },
      },
    ],
    ['modify_domain', (c) => c.domains.update('d', { name: 'e' }), ok(), { name: 'd', props: { name: 'e' } }],
    ['delete_domain', (c) => c.domains.delete('d'), ok(), { name: 'd' }],
    ['purge_domain', (c) => c.domains.purge('d'), ok(), { name: 'd' }],
    ['groups', (c) => c.groups.list({ domainName: 'd' }), [], { domain_name: 'd' }],
    ['group', (c) => c.groups.detail(ID), null, { id: ID }],
    ['groups_by_name', (c) => c.groups.byName('g'), [], { name: 'g' }],
    [
      'create_group',
      (c) => c.groups.create('d', 'g', { isActive: false }),
      ok({ group: { id: ID, name: 'g', domain_name: 'd' } }),
      {
        name: 'g',
        props: {
          description: '',
          domain_name: 'd',
          is_active: false,
          total_resource_slots: '{}',
          allowed_vfolder_hosts: '{}',
          integration_id: '',
          resource_policy: 'default',
        },
      },
    ],
    ['modify_group', (c) => c.groups.update(ID, { name: 'h' }), ok(), { gid: ID, props: { name: 'h' } }],
    [
      'modify_group',
      (c) => c.groups.addUsers(ID, ['u']),
      ok(),
      { gid: ID, props: { user_update_mode: 'add', user_uuids: ['u'] } },
    ],
    [
      'modify_group',
      (c) => c.groups.removeUsers(ID, ['u']),
      ok(),
      { gid: ID, props: { user_update_mode: 'remove', user_uuids: ['u'] } },
    ],
    ['delete_group', (c) => c.groups.delete(ID), ok(), { gid: ID }],
    ['purge_group', (c) => c.groups.purge(ID), ok(), { gid: ID }],
    [
      'user_list',
      (c) => c.users.list({ status: 'active', order: '+email', limit: 5 }),
      page,
      { status: 'active', group_id: null, filter: null, order: '+email', limit: 5, offset: 0 },
    ],
    ['users', (c) => c.users.listAll({ groupId: ID }), [], { group_id: ID }],
    ['user', (c) => c.users.detail(), null, {}],
    ['user', (c) => c.users.detail('a@b.c'), null, { email: 'a@b.c' }],
    ['user_from_uuid', (c) => c.users.detailByUuid(ID), null, { user_id: ID }],
    [
      'create_user',
      (c) => c.users.create('a@b.c', { domainName: 'd', password: 'p', role: undefined }),
      ok({ user: { email: 'a@b.c' } }),
      {
        email: 'a@b.c',
        props: {
          username: 'a@b.c',
          password: 'p',
          need_password_change: false,
          domain_name: 'd',
          full_name: '',
          description: '',
          is_active: true,
          status: 'active',
          role: 'user',
          allowed_client_ip: null,
          totp_activated: false,
          resource_policy: 'default',
          sudo_session_enabled: false,
        },
      },
    ],
    [
      'modify_user',
      (c) => c.users.update('a@b.c', { allowedClientIp: ['10.0.0.0/8'], mainAccessKey: 'K' }),
      ok(),
      { email: 'a@b.c', props: { allowed_client_ip: ['10.0.0.0/8'], main_access_key: 'K' } },
    ],
    ['delete_user', (c) => c.users.delete('a@b.c'), ok(), { email: 'a@b.c' }],
    [
      'purge_user',
      (c) => c.users.purge('a@b.c', { purgeSharedVfolders: true }),
      ok(),
      { email: 'a@b.c', props: { purge_shared_vfolders: true } },
    ],
    [
      'keypair_list',
      (c) => c.keyPairs.list({ userId: 'a@b.c', isActive: true }),
      page,
      {
        email: 'a@b.c',
        is_active: true,
        domain_name: null,
        filter: null,
        order: null,
        limit: 100,
        offset: 0,
      },
    ],
    ['keypairs', (c) => c.keyPairs.listAll({ userId: 'a@b.c' }), [], { email: 'a@b.c' }],
    ['keypair', (c) => c.keyPairs.detail('K'), null, { access_key: 'K' }],
    [
      'create_keypair',
      (c) => c.keyPairs.create('a@b.c', { resourcePolicy: 'default' }),
      ok({ keypair: { access_key: 'K', secret_key: 'S' } }),
      {
        user_id: 'a@b.c',
        props: { is_active: true, is_admin: false, resource_policy: 'default', rate_limit: 5000 },
      },
    ],
    [
      'modify_keypair',
      (c) => c.keyPairs.update('K', { rateLimit: 5 }),
      ok(),
      { access_key: 'K', props: { rate_limit: 5 } },
    ],
    [
      'modify_keypair',
      (c) => c.keyPairs.activate('K'),
      ok(),
      { access_key: 'K', props: { is_active: true } },
    ],
    [
      'modify_keypair',
      (c) => c.keyPairs.deactivate('K'),
      ok(),
      { access_key: 'K', props: { is_active: false } },
    ],
    ['delete_keypair', (c) => c.keyPairs.delete('K'), ok(), { access_key: 'K' }],
    ['keypair_resource_policies', (c) => c.keyPairResourcePolicies.list(), [], {}],
    ['keypair_resource_policy', (c) => c.keyPairResourcePolicies.detail('p'), null, { name: 'p' }],
    [
      'create_keypair_resource_policy',
      (c) => c.keyPairResourcePolicies.create('p', policyInput),
      ok({ resource_policy: { name: 'p' } }),
      {
        name: 'p',
        props: {
          default_for_unspecified: 'LIMITED',
          total_resource_slots: '{"cpu":4}',
          max_session_lifetime: 0,
          max_concurrent_sessions: 30,
          max_concurrent_sftp_sessions: 30,
          max_containers_per_session: 1,
          idle_timeout: 1800,
        },
      },
    ],
    [
      'modify_keypair_resource_policy',
      (c) => c.keyPairResourcePolicies.update('p', { idleTimeout: 0 }),
      ok(),
      { name: 'p', props: { idle_timeout: 0 } },
    ],
    ['delete_keypair_resource_policy', (c) => c.keyPairResourcePolicies.delete('p'), ok(), { name: 'p' }],
    ['user_resource_policies', (c) => c.userResourcePolicies.list(), [], {}],
    ['user_resource_policy', (c) => c.userResourcePolicies.detail(), null, {}],
    [
      'create_user_resource_policy',
      (c) => c.userResourcePolicies.create('p', { maxQuotaScopeSize: 1e12 }),
      ok({ resource_policy: { id: '1', name: 'p', created_at: '2026' } }),
      { name: 'p', props: { max_quota_scope_size: 1e12 } },
    ],
    [
      'modify_user_resource_policy',
      (c) => c.userResourcePolicies.update('p', { maxVfolderCount: 3 }),
      ok(),
      { name: 'p', props: { max_vfolder_count: 3 } },
    ],
    ['delete_user_resource_policy', (c) => c.userResourcePolicies.delete('p'), ok(), { name: 'p' }],
    ['project_resource_policies', (c) => c.projectResourcePolicies.list(), [], {}],
    ['project_resource_policy', (c) => c.projectResourcePolicies.detail('p'), null, { name: 'p' }],
    [
      'create_project_resource_policy',
      (c) => c.projectResourcePolicies.create('p', { maxVfolderCount: 3 }),
      ok({ resource_policy: { id: '1', name: 'p', created_at: '2026' } }),
      { name: 'p', props: { max_vfolder_count: 3 } },
    ],
    [
      'modify_project_resource_policy',
      (c) => c.projectResourcePolicies.update('p', { maxVfolderCount: 3 }),
      ok(),
      { name: 'p', props: { max_vfolder_count: 3 } },
    ],
    ['delete_project_resource_policy', (c) => c.projectResourcePolicies.delete('p'), ok(), { name: 'p' }],
    ['resource_presets', (c) => c.resourcePresets.list(), [], {}],
    ['resource_preset', (c) => c.resourcePresets.detail('p'), null, { name: 'p' }],
    [
      'create_resource_preset',
      (c) => c.resourcePresets.create('p', { resourceSlots: { cpu: 1, mem: '1g' }, sharedMemory: '64m' }),
      ok({ resource_preset: { name: 'p' } }),
      { name: 'p', props: { resource_slots: '{"cpu":1,"mem":"1g"}', shared_memory: '64m' } },
    ],
    [
      'modify_resource_preset',
      (c) => c.resourcePresets.update('p', { sharedMemory: null }),
      ok(),
      { name: 'p', props: { shared_memory: null } },
    ],
    ['delete_resource_preset', (c) => c.resourcePresets.delete('p'), ok(), { name: 'p' }],
    ['scaling_groups', (c) => c.scalingGroups.list(), [], {}],
    ['scaling_group', (c) => c.scalingGroups.detail('s'), null, { name: 's' }],
    [
      'create_scaling_group',
      (c) =>
        c.scalingGroups.create('s', { isPublic: false, schedulerOpts: { allowed_session_types: ['batch'] } }),
      ok({ scaling_group: { name: 's' } }),
      {
        name: 's',
        props: {
          description: '',
          is_active: true,
          is_public: false,
          wsproxy_addr: null,
          wsproxy_api_token: null,
          driver: 'static',
          driver_opts: '{}',
          scheduler: 'fifo',
          scheduler_opts: '{"allowed_session_types":["batch"]}',
          use_host_network: false,
        },
      },
    ],
    [
      'modify_scaling_group',
      (c) => c.scalingGroups.update('s', { wsproxyAddr: 'http://p' }),
      ok(),
      { name: 's', props: { wsproxy_addr: 'http://p' } },
    ],
    ['delete_scaling_group', (c) => c.scalingGroups.delete('s'), ok(), { name: 's' }],
    [
      'associate_scaling_group_with_domain',
      (c) => c.scalingGroups.associateDomain('s', 'd'),
      ok(),
      { scaling_group: 's', domain: 'd' },
    ],
    [
      'disassociate_scaling_group_with_domain',
      (c) => c.scalingGroups.dissociateDomain('s', 'd'),
      ok(),
      { scaling_group: 's', domain: 'd' },
    ],
    [
      'disassociate_all_scaling_groups_with_domain',
      (c) => c.scalingGroups.dissociateAllDomain('d'),
      ok(),
      { domain: 'd' },
    ],
    [
      'associate_scaling_group_with_user_group',
      (c) => c.scalingGroups.associateGroup('s', ID),
      ok(),
      { scaling_group: 's', user_group: ID },
    ],
    [
      'disassociate_scaling_group_with_user_group',
      (c) => c.scalingGroups.dissociateGroup('s', ID),
      ok(),
      { scaling_group: 's', user_group: ID },
    ],
    [
      'disassociate_all_scaling_groups_with_group',
      (c) => c.scalingGroups.dissociateAllGroup(ID),
      ok(),
      { user_group: ID },
    ],
    [
      'associate_scaling_group_with_keypair',
      (c) => c.scalingGroups.associateKeyPair('s', 'K'),
      ok(),
      { scaling_group: 's', access_key: 'K' },
    ],
    [
      'disassociate_scaling_group_with_keypair',
      (c) => c.scalingGroups.dissociateKeyPair('s', 'K'),
      ok(),
      { scaling_group: 's', access_key: 'K' },
    ],
    [
      'storage_volume_list',
      (c) => c.storageVolumes.list({ offset: 3 }),
      page,
      { filter: null, order: null, limit: 100, offset: 3 },
    ],
    ['storage_volume', (c) => c.storageVolumes.detail('local:v'), null, { id: 'local:v' }],
    [
      'vfolder_host_permissions',
      (c) => c.storageVolumes.permissions(),
      { vfolder_host_permission_list: ['x'] },
      {},
    ],
    [
      'quota_scope',
      (c) => c.quotaScopes.detail('local:v', 'user:1'),
      null,
      { storage_host_name: 'local:v', quota_scope_id: 'user:1' },
    ],
    [
      'set_quota_scope',
      (c) => c.quotaScopes.set('local:v', 'user:1', 5e9),
      quota,
      { storage_host_name: 'local:v', quota_scope_id: 'user:1', props: { hard_limit_bytes: 5e9 } },
    ],
    [
      'unset_quota_scope',
      (c) => c.quotaScopes.unset('local:v', 'user:1'),
      quota,
      { storage_host_name: 'local:v', quota_scope_id: 'user:1' },
    ],
    ['container_registries', (c) => c.containerRegistries.list(), [], {}],
    [
      'container_registry',
      (c) => c.containerRegistries.detail('cr.example'),
      null,
      { hostname: 'cr.example' },
    ],
    [
      'create_container_registry',
      (c) =>
        c.containerRegistries.create('cr.example', {
          url: 'https://cr.example',
          type: 'docker',
          sslVerify: false,
        }),
      registry,
      { hostname: 'cr.example', props: { url: 'https://cr.example', type: 'docker', ssl_verify: false } },
    ],
    [
      'modify_container_registry',
      (c) => c.containerRegistries.update('cr.example', { project: ['stable'] }),
      registry,
      { hostname: 'cr.example', props: { project: ['stable'] } },
    ],
    [
      'delete_container_registry',
      (c) => c.containerRegistries.delete('cr.example'),
      registry,
      { hostname: 'cr.example' },
    ],
    [
      'agent_list',
      (c) => c.agents.list({ scalingGroup: 's' }),
      page,
      { status: 'ALIVE', scaling_group: 's', filter: null, order: null, limit: 100, offset: 0 },
    ],
    [
      'agent_summary_list',
      (c) => c.agents.summaries(),
      page,
      { status: 'ALIVE', scaling_group: null, filter: null, order: null, limit: 100, offset: 0 },
    ],
    ['agent', (c) => c.agents.detail('i-1'), null, { agent_id: 'i-1' }],
    [
      'modify_agent',
      (c) => c.agents.update('i-1', { schedulable: false }),
      ok(),
      { id: 'i-1', props: { schedulable: false } },
    ],
    ['images', (c) => c.images.list({ isOperation: true }), [], { is_operation: true }],
    ['image', (c) => c.images.detail('python'), null, { reference: 'python', architecture: 'x86_64' }],
    ['rescan_images', (c) => c.images.rescan('cr'), ok({ task_id: ID }), { registry: 'cr' }],
    [
      'preload_image',
      (c) => c.images.preload(['python'], ['i-1']),
      ok({ task_id: ID }),
      { references: ['python'], target_agents: ['i-1'] },
    ],
    [
      'unload_image',
      (c) => c.images.unload(['python'], ['i-1']),
      ok({ task_id: ID }),
      { references: ['python'], target_agents: ['i-1'] },
    ],
    [
      'modify_image',
      (c) => c.images.update('python', { resourceLimits: [{ key: 'cpu', min: '1' }] }, 'aarch64'),
      ok(),
      { target: 'python', architecture: 'aarch64', props: { resource_limits: [{ key: 'cpu', min: '1' }] } },
    ],
    ['forget_image', (c) => c.images.forget('python'), ok(), { reference: 'python', architecture: 'x86_64' }],
    ['untag_image_from_registry', (c) => c.images.untag('id-1'), ok(), { image_id: 'id-1' }],
    ['clear_images', (c) => c.images.clear(), ok(), {}],
  ])('%s', async (root, act, answer, args) => {
    const calls = answerGraphQl(manager, { [root]: () => answer })
    await act(client)
    expect(
      calls.map(({ args: given, ...call }) => ({ ...call, args: JSON.parse(JSON.stringify(given)) })),
    ).toMatchObject([{ root, args }])
  })
})

test('fields are chosen, objects bring their own', async () => {
  const user = { email: 'a@b.c', groups: [{ id: ID, name: 'g' }] }
  answerGraphQl(manager, { user: () => user })
  expect(await client.users.detail('a@b.c', ['email', 'groups'])).toEqual(user)
})

test('a refused change is an error with its reason', async () => {
  answerGraphQl(manager, { delete_domain: () => ({ ok: false, msg: 'no such domain' }) })
  const error = await client.domains.delete('d').catch((each: unknown) => each)
  expect(error).toBeInstanceOf(ApiError)
  expect((error as ApiError).msg).toBe('no such domain')
})

describe('what the REST functions send', () => {
  test.each<[string, (client: Client) => Promise<unknown>, unknown, object]>([
    ['GET /manager/status', (c) => c.manager.status(), { status: 'running' }, {}],
    [
      'PUT /manager/status',
      (c) => c.manager.freeze({ forceKill: true }),
      null,
      { json: { status: 'frozen', force_kill: true } },
    ],
    ['PUT /manager/status', (c) => c.manager.unfreeze(), null, { json: { status: 'running' } }],
    ['GET /manager/announcement', (c) => c.manager.announcement(), {}, {}],
    [
      'POST /manager/announcement',
      (c) => c.manager.updateAnnouncement('hi'),
      null,
      { json: { enabled: true, message: 'hi' } },
    ],
    ['POST /manager/announcement', (c) => c.manager.deleteAnnouncement(), null, { json: { enabled: false } }],
    [
      'POST /manager/scheduler/operation',
      (c) => c.manager.schedulerOperation('exclude-agents', ['i-1']),
      null,
      { json: { op: 'exclude-agents', args: ['i-1'] } },
    ],
    [
      'POST /manager/scheduler/trigger',
      (c) => c.manager.triggerScheduler('do_schedule'),
      null,
      { json: { event: 'do_schedule' } },
    ],
    ['GET /manager/scheduler/status', (c) => c.manager.schedulerStatus(), {}, {}],
    [
      'POST /config/get',
      (c) => c.etcdConfig.get('a/b', { prefix: true }),
      { result: {} },
      { json: { key: 'a/b', prefix: true } },
    ],
    [
      'POST /config/set',
      (c) => c.etcdConfig.set('a/b', 'v'),
      { result: 'ok' },
      { json: { key: 'a/b', value: 'v' } },
    ],
    [
      'POST /config/delete',
      (c) => c.etcdConfig.delete('a/b'),
      { result: 'ok' },
      { json: { key: 'a/b', prefix: false } },
    ],
    ['GET /config/resource-slots', (c) => c.etcdConfig.resourceSlots(), {}, {}],
    ['GET /config/vfolder-types', (c) => c.etcdConfig.vfolderTypes(), [], {}],
    ['GET /config/docker-registries', (c) => c.etcdConfig.dockerRegistries(), {}, {}],
    ['GET /resource/watcher', (c) => c.agentWatcher.status('i-1'), {}, { query: 'agent_id=i-1' }],
    [
      'POST /resource/watcher/agent/start',
      (c) => c.agentWatcher.start('i-1'),
      {},
      { json: { agent_id: 'i-1' } },
    ],
    [
      'POST /resource/watcher/agent/stop',
      (c) => c.agentWatcher.stop('i-1'),
      {},
      { json: { agent_id: 'i-1' } },
    ],
    [
      'POST /resource/watcher/agent/restart',
      (c) => c.agentWatcher.restart('i-1'),
      {},
      { json: { agent_id: 'i-1' } },
    ],
    [
      'GET /resource/usage/month',
      (c) => c.usage.perMonth('202611', ['a', 'b']),
      [],
      { query: 'month=202611&group_ids=a&group_ids=b' },
    ],
    [
      'GET /resource/usage/period',
      (c) => c.usage.perPeriod('a', '20261101', '20261130'),
      [],
      { query: 'group_id=a&start_date=20261101&end_date=20261130' },
    ],
    ['GET /resource/stats/admin/month', (c) => c.usage.statistics('admin'), [], {}],
    ['POST /resource/recalculate-usage', (c) => c.usage.recalculate(), {}, {}],
    [
      'GET /scaling-groups',
      (c) => c.scalingGroups.available('g'),
      { scaling_groups: [{ name: 's' }] },
      { query: 'group=g' },
    ],
    ['GET /folders/_/all-hosts', (c) => c.storageHosts.list(), { default: null, allowed: [] }, {}],
    [
      'GET /folders/_/perf-metric',
      (c) => c.storageHosts.performanceMetric('local:v'),
      { metric: {} },
      { query: 'folder_host=local%3Av' },
    ],
    ['GET /folders/_/fstab', (c) => c.storageHosts.fstab('i-1'), {}, { query: 'agent_id=i-1' }],
    ['GET /folders/_/mounts', (c) => c.storageHosts.mounts(), {}, {}],
    [
      'POST /folders/_/mounts',
      (c) => c.storageHosts.mount({ name: 'n', fsLocation: 'h:/x', options: 'ro' }),
      {},
      { json: { name: 'n', fs_location: 'h:/x', options: 'ro', edit_fstab: false } },
    ],
    [
      'DELETE /folders/_/mounts',
      (c) => c.storageHosts.unmount('n', { editFstab: true }),
      {},
      { query: 'name=n&edit_fstab=true' },
    ],
    [
      'GET /folders/_/shared',
      (c) => c.storageHosts.shared(ID),
      { shared: [] },
      { query: `vfolder_id=${ID}` },
    ],
    [
      'POST /folders/_/shared',
      (c) => c.storageHosts.updateShared(ID, 'u', null),
      { msg: '' },
      { json: { vfolder: ID, user: 'u', perm: null } },
    ],
    [
      'POST /folders/_/change-ownership',
      (c) => c.storageHosts.changeOwner(ID, 'a@b.c'),
      {},
      { json: { vfolder: ID, user_email: 'a@b.c' } },
    ],
    ['GET /license', (c) => c.license(), { status: 'valid', certificate: {} }, {}],
  ])('%s', async (route, act, answer, sent) => {
    manager.on(route, () => (answer === null ? new Response(null, { status: 204 }) : json(answer)))
    await act(client)
    const [request, ...rest] = manager.requestsOf(route)
    const query = request?.query.toString()
    expect(rest).toEqual([])
    expect({
      ...(query ? { query } : {}),
      ...(request?.body.length ? { json: request.json() } : {}),
    }).toEqual(sent)
  })

  test('an import of an image is passed on, and its refusal told', async () => {
    manager.on('POST /image/import', () => problem(400, 'generic-bad-request', 'Bad request.', { msg: 'no' }))
    const request = {
      src: 'cr/x:1',
      target: 'cr/y:1',
      architecture: 'x86_64',
      launchOptions: { scalingGroup: 'default', group: 'default' },
      brand: 'y',
      baseDistro: 'ubuntu',
      runtimeType: 'python',
      runtimePath: '/usr/bin/python3',
    }
    const error = await client.images.importImage(request).catch((each: unknown) => each)
    expect((error as ApiError).msg).toBe('no')
    expect(manager.requestsOf('POST /image/import')[0]?.json()).toEqual(request)
  })
})
