/** The commands of administrators one after the other on a whole manager with storage, as a person would use them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { runCli } from '../../src/cli/program.ts'
import { createCliTransport } from '../../src/cli/transport.ts'
import { createClient } from '../../src/client/client.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startWatcher } from '../../src/watcher/role.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { tempDirectory } from '../harness/temp.ts'
import { startServedManager } from '../manager/served-manager.ts'
import { startTestStorage } from '../storage-proxy/test-storage.ts'
import { testIo } from './test-io.ts'

const HOST = 'local:volume1'
const owned = new AsyncDisposableStack()
let manager: Awaited<ReturnType<typeof startServedManager>>

beforeAll(async () => {
  const storage = owned.use(await startTestStorage())
  manager = owned.use(await startServedManager([new ScriptedAgent('i-1')]))
  await manager.ports.config.setTree('volumes', {
    _types: { user: '', group: '' },
    default_host: HOST,
    proxies: { local: { client_api: storage.clientUrl, manager_api: storage.managerUrl, secret: 'right' } },
  })
})
afterAll(() => owned.disposeAsync())

async function run(args: readonly string[]) {
  const env = {
    BACKEND_ENDPOINT: manager.endpoint,
    BACKEND_ACCESS_KEY: manager.accessKey,
    BACKEND_SECRET_KEY: manager.secretKey,
  }
  const io = testIo({ env })
  return { code: await runCli(['admin', ...args], io), ...io.out }
}

/** A command that must succeed; its JSON. */
async function did(...args: string[]) {
  const result = await run([...args, '--json'])
  expect([args.join(' '), result.code, result.stderr]).toEqual([args.join(' '), 0, ''])
  return JSON.parse(result.stdout)
}

/** A command that only reads, also as text. */
async function shown(...args: string[]): Promise<string> {
  await did(...args)
  const result = await run(args)
  expect([args.join(' '), result.code, result.stderr]).toEqual([args.join(' '), 0, ''])
  return result.stdout
}

async function refused(...args: string[]): Promise<string> {
  const result = await run(args)
  expect([args.join(' '), result.code, result.stdout]).toEqual([args.join(' '), 1, ''])
  return result.stderr
}

test('domains', async () => {
  await did('domain', 'add', 'lab', '-d', 'a lab', '--total-resource-slots', 'cpu=8,mem=16g')
  expect(await shown('domain', 'list')).toMatch(/^lab +yes +cpu 8, mem 16 GiB +a lab/m)
  const hosts = `{"${HOST}":["mount-in-session"]}`
  await did('domain', 'update', 'lab', '--new-name', 'den', '--vfolder-host-perms', hosts)
  expect(await shown('domain', 'info', 'den')).toMatch(/Storage hosts +local:volume1: mount-in-session/)
  await did('domain', 'delete', 'den')
  expect(await shown('domain', 'info', 'den')).toMatch(/Active +no/)
  await did('domain', 'purge', 'den')
  expect(await refused('domain', 'info', 'den')).toContain('There is no domain "den".')
  expect(await refused('domain', 'purge', 'defult')).toContain('Did you mean: default?')
})

test('projects and users', async () => {
  const { group } = await did('group', 'add', 'default', 'robots', '-d', 'they walk')
  expect(await shown('group', 'list')).toMatch(new RegExp(`^${group.id} +robots +default +yes`, 'm'))
  await did('group', 'update', 'robots', '--total-resource-slots', 'cpu=4')
  expect(await shown('group', 'info', group.id)).toMatch(/Limits +cpu 4/)
  const { user } = await did(
    'user',
    'add',
    'default',
    'ann@example.com',
    'Passw0rd!x',
    '-n',
    'Ann',
    '-g',
    'robots',
  )
  expect(await shown('user', 'list', '-g', 'robots')).toMatch(
    /^ann@example\.com +Ann +default +user +active +.*robots/m,
  )
  await did('user', 'update', 'ann@example.com', '--role', 'admin', '--allowed-ip', '10.0.0.0/8')
  expect(await shown('user', 'info', '-e', 'ann@example.com')).toMatch(
    /Role +admin\n(?:.*\n)+Allowed addresses +10\.0\.0\.0\/8/,
  )
  expect(
    await shown('user', 'list', '--filter', 'email == "ann@example.com"', '--order', '+email'),
  ).toContain('ann@')
  await did('group', 'remove-users', 'robots', 'ann@example.com')
  expect((await did('user', 'list', '-g', 'robots')).items).toEqual([])
  await did('group', 'add-users', 'robots', user.uuid)
  expect((await did('user', 'list', '-g', 'robots')).total_count).toBe(1)
  await did('user', 'delete', 'ann@example.com')
  expect(await shown('user', 'info', '-e', 'ann@example.com')).toMatch(/Status +deleted/)
  await did('user', 'purge', 'ann@example.com')
  expect(await refused('user', 'info', '-e', 'ann@example.com')).toContain('There is no user')
  await did('group', 'delete', 'robots')
  await did('group', 'purge', group.id)
  expect(await refused('group', 'info', 'robot')).toContain('There is no project "robot".')
})

test('key pairs and their policies', async () => {
  await did(
    'keypair-resource-policy',
    'add',
    'small',
    '--total-resource-slots',
    'cpu=2,mem=4g',
    '--idle-timeout',
    '60',
  )
  await did('keypair-resource-policy', 'update', 'small', '--max-concurrent-sessions', '3')
  expect(await shown('keypair-resource-policy', 'list')).toMatch(
    /^small +cpu 2, mem 4 GiB +unlimited +3 +1 +60 s$/m,
  )
  expect(await shown('keypair-resource-policy', 'info', 'small')).toMatch(/Sessions at once +3/)
  const own = await did('user', 'info')
  const { keypair } = await did('keypair', 'add', own.email, 'small', '-r', '100')
  const key = keypair.access_key
  expect(await shown('keypair', 'list', '-u', own.email)).toMatch(new RegExp(`^${key} .* small `, 'm'))
  await did('keypair', 'update', key, '-r', '200')
  expect(await shown('keypair', 'info', key)).toMatch(/Rate limit +200 in 15 minutes/)
  await did('keypair', 'deactivate', key)
  expect((await did('keypair', 'list', '--is-active', 'false')).items).toMatchObject([{ access_key: key }])
  await did('keypair', 'activate', key)
  await refused('keypair-resource-policy', 'delete', 'small')
  await did('keypair', 'delete', key)
  await did('keypair-resource-policy', 'delete', 'small')
  expect((await did('keypair', 'info')).access_key).toBe(manager.accessKey)
})

test.each(['user', 'project'])('%s resource policies', async (kind) => {
  const command = `${kind}-resource-policy`
  await did(command, 'add', 'large', '--max-vfolder-count', '5', '--max-quota-scope-size', '1g')
  await did(command, 'update', 'large', '--max-quota-scope-size', '2g')
  expect(await shown(command, 'list')).toMatch(/^large +5 +2 GiB$/m)
  expect(await shown(command, 'info', 'large')).toMatch(/Folders +5\nSize of them +2 GiB/)
  await did(command, 'delete', 'large')
  expect(await refused(command, 'info', 'large')).toContain(`There is no ${kind} resource policy "large".`)
})

test('presets, resource groups and registries', async () => {
  await did('resource-preset', 'add', 'tiny', 'cpu=1,mem=1g', '--shared-memory', '64m')
  await did('resource-preset', 'update', 'tiny', '--resource-slots', 'cpu=2,mem=1g')
  expect(await shown('resource-preset', 'list')).toMatch(/^tiny +cpu 2, mem 1 GiB +64 MiB$/m)
  expect(await shown('resource-preset', 'info', 'tiny')).toMatch(/Shared memory +64 MiB/)
  await did('resource-preset', 'delete', 'tiny')

  await did('scaling-group', 'add', 'gpu', '--desc', 'fast', '--scheduler', 'drf')
  await did('scaling-group', 'update', 'gpu', '--private', 'true')
  expect(await shown('scaling-group', 'list')).toMatch(/^gpu +yes +no +drf +fast$/m)
  expect(await shown('scaling-group', 'info', 'gpu')).toMatch(/"allowed_session_types"/)
  await did('scaling-group', 'associate-scaling-group', 'gpu', 'default')
  await did('scaling-group', 'associate-scaling-group', 'gpu', 'default', '--group')
  await did('scaling-group', 'associate-scaling-group', 'gpu', manager.accessKey, '--keypair')
  expect(await shown('scaling-group', 'get-available', 'default')).toMatch(/^gpu$/m)
  await did('scaling-group', 'dissociate-scaling-group', 'gpu', manager.accessKey, '--keypair')
  await did('scaling-group', 'dissociate-scaling-group', 'gpu', 'default', '--group')
  await did('scaling-group', 'dissociate-scaling-group', 'gpu', 'default')
  expect(await shown('scaling-group', 'get-available', 'default')).not.toMatch(/^gpu$/m)
  await did('scaling-group', 'delete', 'gpu')

  await did(
    'registry',
    'add',
    'cr.example',
    'https://cr.example',
    'docker',
    '--project',
    'stable',
    '--password',
    'hidden',
  )
  await did('registry', 'update', 'cr.example', '--username', 'me')
  expect(await shown('registry', 'list')).toMatch(/^cr\.example +docker +https:\/\/cr\.example\/? +stable$/m)
  expect(await shown('registry', 'info', 'cr.example')).toMatch(/User +me/)
  expect(await shown('resource', 'docker-registries')).toMatch(/^cr\.example$/m)
  await did('registry', 'delete', 'cr.example')
})

test('the manager', async () => {
  expect(await shown('manager', 'status')).toMatch(/^Status +running\nActive sessions +0/)
  await did('manager', 'freeze', '--wait')
  expect(await shown('manager', 'status')).toMatch(/^Status +frozen/)
  await did('manager', 'unfreeze')
  await did('announcement', 'update', '-m', 'Maintenance')
  expect(await shown('announcement', 'get')).toBe('Maintenance\n')
  await did('announcement', 'delete')
  expect((await did('announcement', 'get')).enabled).toBe(false)
  await did('etcd', 'set', 'config/test/a', 'one')
  await did('etcd', 'set', 'config/test/b', 'two')
  expect(await shown('etcd', 'get', 'config/test/a')).toBe('one\n')
  expect(await did('etcd', 'get', '-p', 'config/test')).toEqual({ a: 'one', b: 'two' })
  await did('etcd', 'delete', '-p', 'config/test')
  expect(await refused('etcd', 'get', 'config/test/a')).toContain('There is no key')
  expect(await refused('license', 'show')).toContain('needs no license')
})

test('sessions of everybody', async () => {
  const session = await manager.client.sessions.getOrCreate({
    image: 'python',
    name: 'mine',
    enqueueOnly: true,
  })
  expect(await shown('session', 'list')).toMatch(/^mine /m)
  expect(await shown('session', 'info', session.sessionId)).toMatch(/^Name +mine$/m)
})

test('agents and images', async () => {
  expect(await shown('agent', 'list')).toMatch(/^i-1 +ALIVE +default/m)
  await did('agent', 'update', 'i-1', '--schedulable', 'false')
  expect(await shown('agent', 'info', 'i-1')).toMatch(/Status +ALIVE/)
  await did('manager', 'scheduler', 'include-agents', 'i-1')
  await did('manager', 'scheduler', 'exclude-agents', 'i-1')
  await did('manager', 'scheduler', 'include-agents', 'i-1')
  expect(await refused('agent', 'info', 'i-2')).toContain('Did you mean: i-1?')
  const { items } = await did('image', 'list')
  const [image] = items
  const reference = `${image.registry}/${image.name}:${image.tag}`
  await did('image', 'alias', 'short', reference)
  expect(await shown('image', 'list')).toMatch(/short/)
  expect(await shown('image', 'info', 'short')).toContain(reference)
  await did('image', 'dealias', 'short')
  await did('image', 'forget', reference)
  expect(await refused('image', 'info', reference)).toContain('There is no image')
})

test('resources and usage', async () => {
  expect(await shown('resource', 'query-slots')).toMatch(/^cpu +count$/m)
  expect(await shown('resource', 'vfolder-types')).toBe('group\nuser\n')
  await did('resource', 'recalculate-usage')
  expect((await did('resource', 'usage-per-month', '202611')).items).toBeArray()
  expect((await did('resource', 'usage-per-period', 'default', '20261101', '20261130')).items).toBeArray()
})

test('storage hosts and folders', async () => {
  expect(await shown('storage', 'list')).toMatch(/^local:volume1 +vfs/m)
  expect(await shown('storage', 'info', HOST)).toMatch(/Backend +vfs/)
  expect(await refused('storage', 'info', 'local:volume2')).toContain('Did you mean: local:volume1?')
  expect(await shown('permission', 'list')).toMatch(/^mount-in-session$/m)
  expect(await shown('vfolder', 'list-hosts')).toBe('local:volume1 (default)\n')
  expect(await shown('vfolder', 'perf-metric', HOST)).not.toBe('')
  const { uuid } = await did('user', 'info')
  const scope = `user:${uuid}`
  await manager.client.vfolders.create({ name: 'data', host: HOST })
  expect(await shown('vfolder', 'list')).toMatch(/^data +local:volume1 +user/m)
  expect((await did('vfolder', 'list-shared-vfolders')).items).toEqual([])
  await did('quota-scope', 'get', HOST, scope)
  // Plain directories take no limits.
  expect((await run(['quota-scope', 'set', HOST, scope, '5g'])).stderr).toContain('holds no such limit')
  expect(await shown('quota-scope', 'get', HOST, scope)).toMatch(/Limit +no limit/)
  await did('quota-scope', 'unset', HOST, scope)
})

test('mounts of the machines', async () => {
  const root = owned.use(tempDirectory('mounts')).path
  await manager.ports.config.set('volumes/_mount', root)
  expect(await shown('vfolder', 'list-mounts')).toMatch(/^manager +done\ni-1 +done/m)
  const mounted = await run(['vfolder', 'mount-host', '/nowhere', 'v2', '--fs-type', 'nosuchfs'])
  expect(mounted.code).toBe(1)
  expect(mounted.stdout).toMatch(/^manager +failed .*\ni-1 +done/m)
  expect(await refused('vfolder', 'umount-host', 'v2')).toContain('Nothing is mounted as "v2"')
  await shown('vfolder', 'get-fstab-contents', '-a', 'i-1')
})

test('folders that are shared', async () => {
  const email = 'bob@example.com'
  const { user } = await did('user', 'add', 'default', email, 'Passw0rd!x', '-g', 'default')
  const { items } = await did('keypair', 'list', '-u', email)
  const bob = createClient({
    endpoint: manager.endpoint,
    accessKey: items[0].access_key,
    secretKey: items[0].secret_key,
    transport: createCliTransport(),
  })
  const folder = await manager.client.vfolders.create({ name: 'shared', host: HOST })
  await manager.client.vfolders.invite('shared', [email], 'ro')
  const [invitation] = await bob.vfolders.invitations()
  await bob.vfolders.acceptInvitation(invitation?.id ?? '')
  expect(await shown('vfolder', 'list-shared-vfolders')).toMatch(/^shared .* bob@example\.com +ro +user$/m)
  await did('vfolder', 'update-shared-vf-permission', folder.id, user.uuid, '-p', 'rw')
  expect(await shown('vfolder', 'shared-vfolder-info', folder.id)).toMatch(/Permission +rw/)
  await did('vfolder', 'remove-shared-vf-permission', folder.id, user.uuid)
  expect((await did('vfolder', 'shared-vfolder-info', folder.id)).items).toEqual([])
  await did('vfolder', 'change-vfolder-ownership', folder.id, email)
  expect((await bob.vfolders.info('shared')).is_owner).toBe(true)
})

test('watchers', async () => {
  const { watcher } = loadConfig({
    role: 'watcher',
    env: { BACKENDAI_WATCHER__SERVICE_ADDR: '127.0.0.1:0' },
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  })
  const actions: string[] = []
  const role = await startWatcher({
    settings: watcher,
    token: async () => 'right',
    supervisor: { status: async () => 'active', act: async (action) => void actions.push(action) },
    mountRoot: async () => null,
    log: silentLogger,
  })
  await using _ = role
  const { store, config } = manager.ports
  const { agents } = store.tables
  await store.tx((tx) => tx.update(agents).set({ addr: 'agent://127.0.0.1' }).where(eq(agents.id, 'i-1')))
  await config.set('config/watcher/token', 'right')
  await config.set('config/watcher/port', new URL(role.endpoints.watcher ?? '').port)
  expect(await shown('watcher', 'status', 'i-1')).toMatch(/agent-status +active/)
  for (const action of ['start', 'stop', 'restart']) await did('watcher', `agent-${action}`, 'i-1')
  expect(actions).toEqual(['start', 'stop', 'restart'])
})
