/** Images of a registry: found by a scan, pulled by policy, refused in plain words. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { requireDocker, type TestEngine } from '../harness/docker.ts'
import { deriveImage, pushImage, removeImage, removeTraces } from '../harness/engine-push.ts'
import { createLeakCounter, type Leak } from '../harness/leaks.ts'
import { type CommandResult, runProduct } from '../harness/product.ts'
import { type RegistryAccount, startRegistry, type TestRegistry } from '../harness/registry.ts'
import { type RegistryGate, startRegistryGate } from '../harness/registry-gate.ts'
import { type Shape, startShape } from '../harness/shapes.ts'
import { tempDirectory } from '../harness/temp.ts'
import { until } from '../harness/until.ts'
import { PYTHON_IMAGE } from '../images/python/recipe.ts'

const PREPARE_MS = 240_000
const ACCOUNT: RegistryAccount = { username: 'ada', password: 'correct horse Ω battery' }
const REPOSITORY = 'stable/python:3.11-debian12'
const LAYER_BYTES = 3_000_000

const directory = tempDirectory('image-pull')
const owned = new AsyncDisposableStack()
let engine: TestEngine
let shape: Shape
/** Behind the gate; asks for credentials. */
let closed: TestRegistry
let gate: RegistryGate
/** The same images, for everybody. */
let open: TestRegistry
let image: string
let slowImage: string
let openImage: string

beforeAll(async () => {
  owned.defer(() => directory[Symbol.dispose]())
  engine = owned.use(await requireDocker())
  shape = owned.use(await startShape('up', { backend: 'docker' }))
  closed = owned.use(await startRegistry({ directory: directory.at('registry'), account: ACCOUNT }))
  open = owned.use(await startRegistry({ directory: directory.at('registry'), account: null }))
  gate = owned.use(startRegistryGate(closed.url))
  image = `${gate.name}/${REPOSITORY}`
  slowImage = `${gate.name}/stable/slow:1`
  openImage = `${open.name}/${REPOSITORY}`
  const { docker } = engine
  owned.defer(async () => {
    for (const name of [image, slowImage, openImage]) await removeImage(docker, name)
    await removeTraces(docker, [closed.name, gate.name, open.name])
  })
  await pushImage(docker, PYTHON_IMAGE, `${closed.name}/${REPOSITORY}`, ACCOUNT)
  const layerFile = crypto.getRandomValues(new Uint8Array(65_536))
  const bytes = new Uint8Array(LAYER_BYTES).map((_, index) => (layerFile[index % 65_536] ?? 0) ^ (index >> 8))
  const slow = await deriveImage(docker, PYTHON_IMAGE, 'backendai-test/slow:1', {
    label: 'slow',
    layerFile: bytes,
  })
  await pushImage(docker, slow, `${closed.name}/stable/slow:1`, ACCOUNT)
  await removeImage(docker, slow)
}, PREPARE_MS)

afterAll(async () => {
  const left = await leaksOf()
  await owned.disposeAsync()
  expect(left).toEqual([])
}, PREPARE_MS)

async function leaksOf(): Promise<Leak[]> {
  await using leaks = createLeakCounter(shape)
  return await leaks.settle()
}

const env = () => ({ BACKENDAI_DATA: shape.dataDir, HOME: directory.path })
const cli = (...args: string[]): Promise<CommandResult> =>
  runProduct(args, { as: 'backend.ai', env: env(), cwd: directory.path })
const mgr = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runProduct(['mgr', ...args], { env: env(), cwd: directory.path })
  if (code !== 0) throw new Error(`mgr ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}
const configure = (registry: string, key: string, value: string): Promise<string> =>
  mgr('etcd', 'put', `config/docker/registry/${encodeURIComponent(registry)}${key}`, value)
const policy = (name: string): Promise<string> => mgr('etcd', 'put', 'config/docker/image/auto_pull', name)
const hello = (name: string): Promise<CommandResult> =>
  cli('run', '--rm', '--name', `s-${crypto.randomUUID().slice(0, 8)}`, '-c', 'print("hello world")', name)

interface Row {
  id: string
  name: string
  status: string
  status_data: string
  status_history: string
}
/** Sessions of the store whose image it is, the newest first. */
function rowsOf(canonical: string): Row[] {
  using database = new Database(shape.store, { readonly: true })
  return database
    .query(
      'select id, name, status, status_data, status_history from sessions where images like ? order by created_at desc',
    )
    .all(`%"${canonical}"%`) as Row[]
}
const pulled = (canonical: string): boolean =>
  'PULLING' in JSON.parse(rowsOf(canonical)[0]?.status_history ?? '{}')
const idOf = async (canonical: string): Promise<string> =>
  (await engine.docker.getImage(canonical).inspect()).Id

/** A session that cannot start: what `info` says of it. */
async function failure(canonical: string): Promise<string> {
  const { code } = await hello(canonical)
  expect(code).not.toBe(0)
  const row = await until(() => rowsOf(canonical).find(({ status }) => status === 'CANCELLED'))
  expect(rowsOf(canonical)[0]?.id).toBe(row.id)
  const { stdout } = await cli('--json', 'info', row.id)
  expect(stdout).not.toContain(ACCOUNT.password)
  const listed = await cli('ps', '--dead')
  expect(listed.stdout).toContain(row.name)
  return JSON.stringify(JSON.parse(stdout))
}

test('a scan needs a configured registry, its address, and its credentials', async () => {
  const unknown = await cli('admin', 'image', 'rescan', '-r', 'nowhere.example')
  expect(unknown.code).not.toBe(0)
  expect(unknown.stderr).toContain('There is no registry "nowhere.example"')

  await configure(gate.name, '', gate.url)
  const anonymous = await cli('admin', 'image', 'rescan', '-r', gate.name)
  expect(anonymous.stderr).toContain(`${gate.name} asks for credentials`)
  await configure(gate.name, '/username', ACCOUNT.username)
  await configure(gate.name, '/password', 'not this one')
  const wrong = await cli('admin', 'image', 'rescan', '-r', gate.name)
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('refuses the credentials of "ada"'),
  })
  await configure(gate.name, '/password', ACCOUNT.password)
  const right = await cli('admin', 'image', 'rescan', '-r', gate.name)
  expect(right.stderr + right.stdout).toContain('2 kernel images (2 new, 0 changed)')
  expect(right.code).toBe(0)
  expect(await mgr('image', 'list')).toContain(image)
}, 60_000)

test('the domain must allow the registry; its own images stay usable', async () => {
  const refused = await hello(image)
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain(`does not allow images of ${gate.name}`)
  expect(await hello('python')).toMatchObject({ code: 0, stdout: 'hello world\n' })
  const allowed = [gate.name, open.name, 'cr.backend.ai', 'index.docker.io']
  await Bun.write(
    directory.at('domain.json'),
    JSON.stringify({ __mode: 'update', domains: [{ name: 'default', allowed_docker_registries: allowed }] }),
  )
  await mgr('fixture', 'populate', directory.at('domain.json'))
}, 60_000)

test('wrong credentials at the pull', async () => {
  await configure(gate.name, '/password', 'not this one')
  const reason = await failure(image)
  expect(reason).toContain('ImagePullFailed')
  expect(reason).toMatch(/unauthorized|authentication|basic auth/i)
  await configure(gate.name, '/password', ACCOUNT.password)
}, 60_000)

test('the policy none pulls nothing and says so', async () => {
  await policy('none')
  const reason = await failure(image)
  expect(reason).toContain('ImageNotAvailable')
  expect(reason).toMatch(/is not on this node and the pull policy is \W+none/)
  expect(pulled(image)).toBe(false)
}, 60_000)

test('the agent pulls what it does not have', async () => {
  await policy('digest')
  const alias = await mgr('image', 'alias', 'from-registry', image)
  expect(alias).toContain(image)
  expect(await hello('from-registry')).toMatchObject({ code: 0, stdout: 'hello world\n' })
  expect(pulled(image)).toBe(true)
  expect(await hello(image)).toMatchObject({ code: 0 })
  expect(pulled(image)).toBe(false)
  await mgr('image', 'dealias', 'from-registry')
}, 60_000)

test('an image that was removed behind the agent’s back is pulled again', async () => {
  await removeImage(engine.docker, image)
  expect(await hello(image)).toMatchObject({ code: 0, stdout: 'hello world\n' })
  expect(pulled(image)).toBe(true)
}, 60_000)

test('preload and unload on the agents that are named', async () => {
  const on = (action: string, agents: string) => cli('admin', 'image', action, image, '-a', agents)
  const told = ({ code, stdout, stderr }: CommandResult) => ({ code, text: stdout + stderr })
  expect(told(await on('unload', '*'))).toEqual({ code: 0, text: expect.stringContaining('1 removed') })
  expect((await engine.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])).not.toContain(image)
  expect(told(await on('unload', 'default'))).toEqual({
    code: 0,
    text: expect.stringContaining('1 not there'),
  })
  expect(told(await on('preload', '*'))).toEqual({ code: 0, text: expect.stringContaining('1 pulled') })
  expect(await idOf(image)).toMatch(/^sha256:/)
  expect(told(await on('preload', '*'))).toEqual({
    code: 0,
    text: expect.stringContaining('1 there already'),
  })
  expect(await mgr('image', 'list', '--installed', '--short')).toContain(`${image}\n`)
  expect(await hello(image)).toMatchObject({ code: 0, stdout: 'hello world\n' })
  expect(pulled(image)).toBe(false)
  const nobody = await on('preload', 'i-nobody')
  expect(nobody.code).not.toBe(0)
  expect(nobody.stderr).toContain('"i-nobody" is no living agent')
  expect(await mgr('agent', 'ping')).toMatch(/^i-\w+ {2}\d+ ms\n$/)
  expect(await mgr('scheduler', 'last-execution-time')).toContain('schedule ')
}, 60_000)

test('a changed tag: the policy tag keeps the old image, digest takes the new one', async () => {
  const before = await idOf(image)
  const next = await deriveImage(engine.docker, PYTHON_IMAGE, 'backendai-test/next:2', { label: '2' })
  await pushImage(engine.docker, next, `${closed.name}/${REPOSITORY}`, ACCOUNT)
  await removeImage(engine.docker, next)
  expect(await mgr('image', 'rescan', gate.name)).toContain('2 kernel images (0 new, 1 changed)')

  await policy('tag')
  expect(await hello(image)).toMatchObject({ code: 0 })
  expect({ isPulled: pulled(image), id: await idOf(image) }).toEqual({ isPulled: false, id: before })

  await policy('digest')
  expect(await hello(image)).toMatchObject({ code: 0, stdout: 'hello world\n' })
  expect(pulled(image)).toBe(true)
  expect(await idOf(image)).not.toBe(before)
}, 60_000)

test('destroying a session that pulls ends the pull', async () => {
  gate.hold(100_000)
  const started = await cli('start', '--enqueue-only', '--name', 'slow', slowImage)
  expect(started).toMatchObject({ code: 0 })
  await until(() => gate.held > 0 && rowsOf(slowImage)[0]?.status === 'PULLING', 20_000)
  const refused = await cli('rm', 'slow')
  expect(refused.stderr).toContain('pulling its image')
  expect(await cli('rm', '--forced', 'slow')).toMatchObject({ code: 0 })
  await until(() => gate.held === 0, 20_000)
  expect(rowsOf(slowImage)[0]?.status).toBe('CANCELLED')
  gate.open()
  await expect(engine.docker.getImage(slowImage).inspect()).rejects.toThrow('no such image')
}, 60_000)

test('a registry for everybody, and one that is gone', async () => {
  await configure(open.name, '', open.url)
  expect(await mgr('image', 'rescan', open.name)).toContain('2 kernel images (2 new')
  expect(await hello(openImage)).toMatchObject({ code: 0, stdout: 'hello world\n' })
  expect(pulled(openImage)).toBe(true)
  await removeImage(engine.docker, openImage)
  await open[Symbol.asyncDispose]()
  const scan = await cli('admin', 'image', 'rescan', '-r', open.name)
  expect(scan).toMatchObject({ code: 1, stderr: expect.stringContaining(`${open.name} does not answer`) })
  expect(await failure(openImage)).toMatch(/ImagePullFailed.*connection refused/)
}, 60_000)

test('no secret is in the logs', () => {
  expect(shape.logs()).not.toContain(ACCOUNT.password)
  expect(shape.logs()).not.toContain(btoa(`${ACCOUNT.username}:not this one`))
})
