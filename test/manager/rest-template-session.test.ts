import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import { homeFiles } from '../../src/agent/scratch/home-files.ts'
import { ScriptedAgent } from '../harness/agent.ts'
import { startServedManager } from './served-manager.ts'

const agent = new ScriptedAgent('a1', { cpu: '64', mem: String(64 * 1024 ** 3) })
let manager: Awaited<ReturnType<typeof startServedManager>>
beforeAll(async () => {
  manager = await startServedManager([agent])
  const { keypairResourcePolicies } = manager.ports.store.tables
  await manager.ports.store.tx((tx) => tx.update(keypairResourcePolicies).set({ maxContainersPerSession: 4 }))
})
afterAll(() => manager[Symbol.asyncDispose]())

const task = (name: string, spec: object = {}, kernel: object = {}) => ({
  api_version: 'v1',
  kind: 'taskTemplate',
  metadata: { name, tag: 'from-template' },
  spec: { resources: { cpu: 1, mem: '512m' }, ...spec, kernel: { image: 'python', ...kernel } },
})
const stored = async (document: object, path = 'template/session'): Promise<string> => {
  const { body } = await manager.call('POST', path, { payload: JSON.stringify(document) })
  const [first] = Object.values(body)
  return String(path.endsWith('cluster') ? body.id : Object(first).id)
}
const rowsOf = async (id: unknown) => {
  const { sessions, kernels } = manager.ports.store.tables
  const { db } = manager.ports.store
  const [session] = await db
    .select()
    .from(sessions)
    .where(eq(sessions.id, String(id)))
  const own = await db
    .select()
    .from(kernels)
    .where(eq(kernels.sessionId, String(id)))
    .orderBy(asc(kernels.localRank))
  return { session, kernels: own }
}

test('a session as its template says, with what is given beside it', async () => {
  const git = { repository: 'https://git.example.org/x/tool.git', branch: 'main', commit: 'abc' }
  const kernel = { environ: { A: '1', B: '2' }, run: { bootstrap: 'echo ready' }, git }
  const template_id = await stored(task('my template', { resource_opts: { shmem: '128m' } }, kernel))
  const made = await manager.call('POST', 'session/_/create-from-template', {
    template_id,
    tag: null,
    enqueueOnly: false,
    config: { mounts: [], environ: { B: '3' }, resources: { cpu: 2 } },
  })
  expect(made).toMatchObject({ status: 201, body: { status: 'RUNNING', created: true } })
  expect(made.body.sessionName).toMatch(/^my-template-[0-9a-f]{8}$/)
  const { session } = await rowsOf(made.body.sessionId)
  expect(session).toMatchObject({
    tag: 'from-template',
    environ: { A: '1', B: '3' },
    requestedSlots: { cpu: '2', mem: String(512 * 1024 ** 2) },
    resourceOpts: { shmem: String(128 * 1024 ** 2) },
  })
  expect(session?.bootstrapScript).toContain(
    "git clone --branch='main' -- 'https://git.example.org/x/tool.git' 'tool'",
  )
  expect(session?.bootstrapScript).toEndWith('echo ready')
  const again = await manager.call('POST', 'session/_/create-from-template', {
    template_id,
    name: made.body.sessionName,
  })
  expect(again).toMatchObject({ status: 200, body: { created: false, sessionId: made.body.sessionId } })
})

test('a cluster session: each role with its own environment and resources', async () => {
  const main = await stored(task('main-part', {}, { environ: { ROLE: 'main' } }))
  const worker = await stored(
    task(
      'worker-part',
      { resources: { cpu: 2, mem: '1g' } },
      { environ: { ROLE: 'worker' }, run: { bootstrap: 'echo w' } },
    ),
  )
  const nodes = [
    { role: 'worker', session_template: worker, replicas: 2 },
    { role: 'main', session_template: main },
  ]
  const spec = { environ: { ALL: 'yes', ROLE: 'none' }, nodes }
  const template_id = await stored(
    { api_version: 'v1', kind: 'clusterTemplate', mode: 'single-node', metadata: { name: 'c' }, spec },
    'template/cluster',
  )
  const made = await manager.call('POST', 'session/_/create-cluster', {
    clientSessionToken: 'my-cluster',
    template_id,
    type: 'interactive',
    group: 'default',
    domain: 'default',
  })
  expect(made).toMatchObject({ status: 201, body: { status: 'RUNNING', sessionName: 'my-cluster' } })
  const { session, kernels } = await rowsOf(made.body.sessionId)
  expect(session).toMatchObject({ clusterSize: 3, clusterMode: 'single-node', requestedSlots: { cpu: '5' } })
  expect(kernels.map((kernel) => [kernel.clusterHostname, kernel.requestedSlots.cpu])).toEqual([
    ['main1', '1'],
    ['worker1', '2'],
    ['worker2', '2'],
  ])
  const configs = [...agent.kernels.values()].map(({ config }) => config)
  const own = configs.filter(({ sessionId }) => sessionId === made.body.sessionId)
  expect(own.map(({ environ, bootstrapScript }) => [environ.ROLE, environ.ALL, bootstrapScript])).toEqual([
    ['main', 'yes', null],
    ['worker', 'yes', 'echo w'],
    ['worker', 'yes', 'echo w'],
  ])
  expect(own[0]?.environ.BACKENDAI_CLUSTER_REPLICAS).toBe('main:1,worker:2')
})

test('what is refused', async () => {
  const template_id = await stored(task('plain'))
  const refused = async (path: string, body: object) => {
    const answer = await manager.call('POST', `session/_/${path}`, body)
    return [answer.status, answer.body.error_code]
  }
  const invalid = [400, 'invalid-api-params']
  expect(await refused('create-from-template', {})).toEqual(invalid)
  expect(await refused('create-from-template', { template_id: 'x' })).toEqual(invalid)
  expect(await refused('create-from-template', { template_id, name: 7 })).toEqual(invalid)
  expect(await refused('create-from-template', { template_id, config: { mounts: 'x' } })).toEqual(invalid)
  expect(await refused('create-from-template', { template_id, config: { environ: [1] } })).toEqual(invalid)
  expect(await refused('create-from-template', { template_id, type: 'batch' })).toEqual(invalid)
  expect(await refused('create-from-template', { template_id: randomUUID() })).toEqual([
    404,
    'object-not-found',
  ])
  const unknownImage = await stored(task('unknown', {}, { image: 'nothing:1' }))
  expect(await refused('create-from-template', { template_id: unknownImage })).toEqual([
    404,
    'object-not-found',
  ])

  expect(await refused('create-cluster', { template_id })).toEqual(invalid)
  expect(await refused('create-cluster', { clientSessionToken: 'name' })).toEqual(invalid)
  const named = { clientSessionToken: 'name' }
  expect(await refused('create-cluster', { ...named, template_id })).toEqual([404, 'object-not-found'])
  const nodes = [{ role: 'main', session_template: randomUUID() }]
  const document = {
    api_version: 1,
    kind: 'clusterTemplate',
    mode: 'single-node',
    metadata: { name: 'c' },
    spec: { nodes },
  }
  const dangling = await stored(document, 'template/cluster')
  expect(await refused('create-cluster', { ...named, template_id: dangling })).toEqual(invalid)

  await manager.call('PUT', 'manager/status', { status: 'frozen' })
  const frozen = [503, 'server-frozen']
  expect(await refused('create-from-template', { template_id })).toEqual(frozen)
  expect(await refused('create-cluster', { ...named, template_id: dangling })).toEqual(frozen)
  await manager.call('PUT', 'manager/status', { status: 'running' })
  const unsigned = async (path: string) =>
    (await fetch(`${manager.endpoint}/session/_/${path}`, { method: 'POST', body: '{}' })).status
  expect([await unsigned('create-from-template'), await unsigned('create-cluster')]).toEqual([401, 401])
})

test('dotfiles and the bootstrap script reach new kernels: the keypair’s before the project’s before the domain’s', async () => {
  const put = (base: string, path: string, data: string, scope: object = {}) =>
    manager.call('POST', `${base}/dotfiles`, { path, data, permission: '600', ...scope })
  const group = { group: 'default', domain: 'default' }
  await put('domain-config', '.all', 'domain', { domain: 'default' })
  await put('domain-config', '.two', 'domain', { domain: 'default' })
  await put('domain-config', '.one', 'domain', { domain: 'default' })
  await put('group-config', '/home/work/.all', 'group', group)
  await put('group-config', '.two', 'group', group)
  await put('user-config', './.all', 'user')
  await manager.call('POST', 'user-config/bootstrap-script', { script: 'echo mine' })
  const { body } = await manager.call('POST', 'session', { image: 'python', name: 'with-dotfiles' })
  const [config] = [...agent.kernels.values()]
    .map((one) => one.config)
    .filter((one) => one.sessionId === body.sessionId)
  const files = Object.fromEntries(
    homeFiles(config ?? fail()).map(({ path, content, mode }) => [path, [content, mode]]),
  )
  expect(files).toMatchObject({
    '.all': ['user', 0o600],
    '.two': ['group', 0o600],
    '.one': ['domain', 0o600],
    'bootstrap.sh': ['echo mine', 0o755],
  })
  const own = { image: 'python', name: 'with-script', bootstrap_script: 'echo other' }
  const { body: other } = await manager.call('POST', 'session', own)
  const given = [...agent.kernels.values()].find((one) => one.config.sessionId === other.sessionId)
  expect(given?.config.bootstrapScript).toBe('echo other')
})

const fail = (): never => {
  throw new Error('the agent got no such kernel')
}
