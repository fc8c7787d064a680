import { afterAll, beforeAll, expect, test } from 'bun:test'
import { asc, eq } from 'drizzle-orm'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { modifyImage } from '../../../../src/manager/services/images/modify-image.ts'
import { untagImage } from '../../../../src/manager/services/images/untag-image.ts'
import { startRescan } from '../../../../src/manager/services/registry/rescan.ts'
import { findImage } from '../../../../src/manager/services/sessions/find-image.ts'
import { type HarborProject, startHarbor } from '../../../harness/harbor.ts'
import { startRegistry, type TestRegistry } from '../../../harness/registry.ts'
import { putImage } from '../../../harness/registry-content.ts'
import { type RegistryFront, startRegistryFront } from '../../../harness/registry-front.ts'
import { tempDirectory } from '../../../harness/temp.ts'
import { until } from '../../../harness/until.ts'
import { startTestManager } from '../../api/test-manager.ts'

const ACCOUNT = { username: 'ada', password: 'correct horse Ω battery' }
const KERNEL = {
  'ai.backend.kernelspec': '1',
  'ai.backend.resource.min.cpu': '2',
  'ai.backend.resource.max.cpu': '8',
  'ai.backend.resource.min.mem': '256m',
  'ai.backend.resource.min.nonsense': '1',
  'ai.backend.accelerators': 'cuda,rocm',
  'ai.backend.service-ports': 'ipython:pty:3000,jupyter:http:8080',
}

const owned = new AsyncDisposableStack()
const directory = tempDirectory('rescan')
const projects: HarborProject[] = []
let manager: Awaited<ReturnType<typeof startTestManager>>
let tasks: ReturnType<typeof createBackgroundTasks>
let registry: TestRegistry
let basic: TestRegistry
let front: RegistryFront
let harbor: RegistryFront

beforeAll(async () => {
  owned.defer(() => directory[Symbol.dispose]())
  registry = owned.use(await startRegistry({ directory: directory.at('registry'), account: null }))
  await putImage(registry.url, 'stable/python', '3.11', [
    { architecture: 'amd64', labels: KERNEL },
    { architecture: 'arm64', labels: KERNEL },
  ])
  for (const tag of ['1', '2', '3'])
    await putImage(registry.url, 'stable/r', tag, [{ architecture: 'amd64', labels: KERNEL }])
  await putImage(registry.url, 'tools/nginx', '1', [{ architecture: 'amd64', labels: {} }])
  const digest = await putImage(registry.url, 'secret/deep/lua', '5', [
    { architecture: 'amd64', labels: KERNEL },
  ])
  const image = (tags: string[]) => ({ type: 'IMAGE', digest, tags })
  projects.push(
    {
      name: 'stable',
      isPublic: true,
      repositories: { python: [image(['3.11'])], r: [image(['1', '2']), image([])] },
    },
    {
      name: 'secret',
      isPublic: false,
      repositories: { 'deep/lua': [image(['5']), { type: 'CHART', digest: 'sha256:c', tags: ['chart'] }] },
    },
  )
  basic = owned.use(await startRegistry({ directory: directory.at('registry'), account: ACCOUNT }))
  front = owned.use(startRegistryFront({ registryUrl: registry.url, account: ACCOUNT, pageSize: 2 }))
  harbor = owned.use(startHarbor({ registryUrl: registry.url, account: ACCOUNT, projects }))
  manager = owned.use(await startTestManager())
  tasks = owned.use(createBackgroundTasks(manager.ports))
}, 60_000)
afterAll(() => owned.disposeAsync())

const configure = (name: string, url: string, more: Record<string, string>) =>
  manager.ports.config.setTree(`config/docker/registry/${encodeURIComponent(name)}`, { '': url, ...more })

async function rescan(name: string | null) {
  const id = await startRescan(manager.ports, tasks, { registry: name, starter: null })
  return await until(async () => {
    const state = await tasks.state(id)
    return state?.status === 'running' ? null : state
  })
}

async function namesOf(registryName: string): Promise<string[]> {
  const { store } = manager.ports
  const { images } = store.tables
  const rows = await store.db
    .select()
    .from(images)
    .where(eq(images.registry, registryName))
    .orderBy(asc(images.name), asc(images.architecture))
  return rows.map(({ image, tag, architecture }) => `${image}:${tag} ${architecture}`)
}

const STABLE = [
  'stable/python:3.11 aarch64',
  'stable/python:3.11 x86_64',
  'stable/r:1 x86_64',
  'stable/r:2 x86_64',
  'stable/r:3 x86_64',
]

test('token authentication: all pages are read, a token for each repository', async () => {
  await configure(front.name, front.url, { ...ACCOUNT })
  const state = await rescan(front.name)
  expect(state).toMatchObject({ status: 'done', current: 7, total: 7 })
  expect(state.message).toBe(`${front.name}: 6 kernel images (6 new, 0 changed), 1 others`)
  expect(await namesOf(front.name)).toEqual(['secret/deep/lua:5 x86_64', ...STABLE])
  expect(new Set(front.scopes)).toEqual(
    new Set([
      'registry:catalog:*',
      ...['secret/deep/lua', 'stable/python', 'stable/r', 'tools/nginx'].map(
        (one) => `repository:${one}:pull`,
      ),
    ]),
  )
})

test('Basic authentication of docker-registry itself, one project', async () => {
  await configure(basic.name, basic.url, { ...ACCOUNT, project: 'stable' })
  expect(await rescan(basic.name)).toMatchObject({ status: 'done' })
  expect(await namesOf(basic.name)).toEqual(STABLE)
})

test('labels: ranges of slots, accelerators, service ports; an architecture has its own digest', async () => {
  const { store } = manager.ports
  const [arm, amd] = await Promise.all(
    ['aarch64', 'x86_64'].map((architecture) =>
      findImage(store, `${front.name}/stable/python:3.11`, architecture),
    ),
  )
  expect(amd).toMatchObject({
    resources: { cpu: { min: '2', max: '8' }, mem: { min: String(256 * 1024 ** 2), max: null } },
    accelerators: 'cuda,rocm',
    isLocal: false,
    type: 'compute',
  })
  expect(amd?.labels['ai.backend.service-ports']).toBe('ipython:pty:3000,jupyter:http:8080')
  expect(amd?.resources.nonsense).toBeUndefined()
  expect(arm?.configDigest).not.toBe(amd?.configDigest)
})

test('limits that an administrator has set outlive a new build of the image', async () => {
  const { store } = manager.ports
  const name = `${front.name}/stable/r:1`
  await modifyImage(manager.ports, await findImage(store, name, 'x86_64'), {
    resource_limits: [
      { key: 'cpu', min: '1', max: '4' },
      { key: 'mem', min: '1g', max: '16g' },
    ],
  })
  await putImage(registry.url, 'stable/r', '1', [
    { architecture: 'amd64', labels: { ...KERNEL, built: 'anew' } },
  ])
  expect((await rescan(front.name)).message).toContain('1 changed')
  expect((await findImage(store, name, 'x86_64')).resources).toEqual({
    cpu: { min: '2', max: '8' },
    mem: { min: String(256 * 1024 ** 2), max: String(16 * 1024 ** 3) },
  })
})

test('Harbor: every project that the account may see; what is no image is left out', async () => {
  await configure(harbor.name, harbor.url, { ...ACCOUNT, type: 'harbor2' })
  expect(await rescan(harbor.name)).toMatchObject({ status: 'done' })
  expect(await namesOf(harbor.name)).toEqual([
    'secret/deep/lua:5 x86_64',
    'stable/python:3.11 aarch64',
    'stable/python:3.11 x86_64',
    'stable/r:1 x86_64',
    'stable/r:2 x86_64',
  ])
  expect(harbor.scopes).not.toContain('registry:catalog:*')
})

test('Harbor: a project that is not there is named', async () => {
  await configure(harbor.name, harbor.url, { ...ACCOUNT, type: 'harbor2', project: 'stable,nowhere' })
  const state = await rescan(harbor.name)
  expect(state.status).toBe('failed')
  expect(state.message).toContain('project nowhere not found')
})

test('untag takes the tag off in Harbor, and nowhere else', async () => {
  const { ports } = manager
  const lua = await findImage(ports.store, `${harbor.name}/secret/deep/lua:5`, 'x86_64')
  await untagImage(ports, lua)
  expect(projects[1]?.repositories['deep/lua']?.[0]?.tags).toEqual([])
  expect(String(await untagImage(ports, lua).catch((error: unknown) => error))).toContain('tag 5 not found')
  const other = await findImage(ports.store, `${front.name}/stable/r:2`, 'x86_64')
  expect(String(await untagImage(ports, other).catch((error: unknown) => error))).toContain('Harbor')
})

test('one registry that fails keeps no other from being read', async () => {
  const { store, config } = manager.ports
  await store.tx((tx) => tx.delete(store.tables.images))
  await configure('gone.invalid:1', 'http://127.0.0.1:1', {})
  await configure(basic.name, basic.url, { ...ACCOUNT, password: 'wrong' })
  await config.delete(`config/docker/registry/${encodeURIComponent(harbor.name)}`, { prefix: true })
  const state = await rescan(null)
  expect(state.status).toBe('done')
  expect(state.message).toContain('gone.invalid:1 does not answer')
  expect(state.message).toContain(`${basic.name} refuses the credentials of "ada"`)
  expect(state.message).toContain(`${front.name}: 6 kernel images`)
  expect(state.message).not.toContain(ACCOUNT.password)
  expect(await namesOf(front.name)).toHaveLength(6)
})
