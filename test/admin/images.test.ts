import { afterEach, beforeEach, expect, test } from 'bun:test'
import { runAdmin } from '../../src/admin/program.ts'
import { offlineImages } from '../../src/roles/offline-images.ts'
import { startRegistry } from '../harness/registry.ts'
import { putImage } from '../harness/registry-content.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin, type Outcome } from './admin.ts'
import { openStoreOf } from './admin-place.ts'

const ARCH = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const PYTHON = 'cr.backend.ai/stable/python:3.11'
let dir: TempDirectory
beforeEach(async () => {
  dir = tempDirectory('admin-images')
  await mgr('schema', 'oneshot')
  await using store = await openStoreOf(dir)
  const { images, agents } = store.tables
  await store.tx(async (tx) => {
    for (const [image, isLocal] of [
      ['stable/python', false],
      ['stable/r', false],
    ] as const) {
      await tx.insert(images).values({
        id: crypto.randomUUID(),
        name: `cr.backend.ai/${image}:3.11`,
        image,
        tag: '3.11',
        registry: 'cr.backend.ai',
        architecture: ARCH,
        configDigest: 'sha256:abc',
        sizeBytes: 1000,
        isLocal,
        type: 'compute',
        labels: { 'ai.backend.kernelspec': '1' },
        resources: { cpu: { min: '1', max: null } },
        createdAt: new Date(0),
      })
    }
    await tx.insert(agents).values({
      id: 'i-1',
      region: 'local',
      availableSlots: {},
      addr: 'agent://a',
      firstContact: new Date(0),
      version: '1',
      architecture: ARCH,
      computePlugins: {},
      images: [`${PYTHON}@${ARCH}`],
    })
  })
})
afterEach(() => dir[Symbol.dispose]())
const mgr = (...argv: string[]) => admin(dir, ['mgr', ...argv])

test('list: all, only references, only installed', async () => {
  await mgr('image', 'alias', 'py', PYTHON)
  expect((await mgr('image', 'list')).out).toBe(
    `${PYTHON}  ${ARCH}  =py\ncr.backend.ai/stable/r:3.11  ${ARCH}\n`,
  )
  expect((await mgr('image', 'list', '--short')).out).toBe(`${PYTHON}\ncr.backend.ai/stable/r:3.11\n`)
  const { out } = await mgr('image', 'list', '-i', '--json')
  expect(JSON.parse(out)).toMatchObject([{ name: PYTHON, isInstalled: true, aliases: ['py'] }])
})

test('inspect by reference and by short name', async () => {
  await mgr('image', 'alias', 'py', PYTHON)
  const { out } = await mgr('image', 'inspect', 'py')
  expect(out).toContain(`name: ${PYTHON}\n`)
  expect(out).toContain('agents: i-1\n')
  expect(out).toContain('resources.cpu: 1 to any\n')
  expect(out).toContain('labels.ai.backend.kernelspec: 1\n')
  expect(JSON.parse((await mgr('image', 'inspect', PYTHON, '--json')).out)).toMatchObject({
    name: PYTHON,
    digest: 'sha256:abc',
    createdAt: '1970-01-01T00:00:00.000Z',
    aliases: ['py'],
    agents: ['i-1'],
  })
  expect(await mgr('image', 'inspect', 'nothing:1')).toMatchObject({
    code: 1,
    err: `backendai: There is no image "nothing:1" for ${ARCH}.\n`,
  })
})

test('forget takes the short names too', async () => {
  await mgr('image', 'alias', 'py', PYTHON)
  expect((await mgr('image', 'forget', 'py')).out).toBe(`${PYTHON} for ${ARCH} is forgotten\n`)
  expect((await mgr('image', 'list', '--short')).out).toBe('cr.backend.ai/stable/r:3.11\n')
  expect((await mgr('image', 'dealias', 'py')).code).toBe(1)
})

test('set-resource-limit: both ends, one end, no end, and nonsense', async () => {
  const set = (...argv: string[]) => mgr('image', 'set-resource-limit', PYTHON, ...argv)
  expect((await set('mem', '1g:16g')).out).toBe(`${PYTHON}: mem from 1073741824 to 17179869184\n`)
  expect((await set('mem', ':inf')).out).toBe(`${PYTHON}: mem from 1073741824 to any\n`)
  expect(JSON.parse((await set('cpu', ':4', '--json')).out)).toMatchObject({
    slot: 'cpu',
    min: '1',
    max: '4',
  })
  expect(await set('cpu', '8:')).toMatchObject({ code: 1, err: expect.stringContaining('below its least') })
  expect(await set('cpu', 'lots')).toMatchObject({ code: 2 })
  expect(await set('cpu', ':')).toMatchObject({ code: 2 })
  expect(await set('warp', '1:2')).toMatchObject({ code: 1, err: expect.stringContaining('warp') })
  const { resources } = JSON.parse((await mgr('image', 'inspect', PYTHON, '--json')).out)
  expect(resources).toEqual({ cpu: { min: '1', max: '4' }, mem: { min: '1073741824', max: null } })
})

test('validation of names needs no database', async () => {
  expect((await mgr('image', 'validate-image-alias', 'python')).code).toBe(0)
  expect((await mgr('image', 'validate-image-alias', 'a b')).code).toBe(1)
  expect(JSON.parse((await mgr('image', 'validate-image-canonical', PYTHON, '--json')).out)).toEqual({
    registry: 'cr.backend.ai',
    image: 'stable/python',
    tag: '3.11',
  })
  expect((await mgr('image', 'validate-image-canonical', 'https://x/y')).code).toBe(1)
})

/** With what the executable brings. */
async function whole(...argv: string[]): Promise<Outcome> {
  let out = ''
  let err = ''
  const io = {
    stdout: (text: string) => {
      out += text
    },
    stderr: (text: string) => {
      err += text
    },
    env: { HOME: dir.at('home'), BACKENDAI_DATA: dir.at('data') },
    cwd: dir.path,
    readStdin: async () => '',
    runProgram: async () => null,
  }
  const code = await runAdmin(['mgr', ...argv], io, undefined, offlineImages)
  return { code, out, err }
}

test('rescan reads registries while the manager is down, as the documentation migrates registries', async () => {
  await using registry = await startRegistry({ directory: dir.at('registry'), account: null })
  const labels = { 'ai.backend.kernelspec': '1' }
  await putImage(registry.url, 'stable/lua', '5', [{ architecture: 'amd64', labels }])
  const key = `config/docker/registry/${encodeURIComponent(registry.name)}`
  await mgr('etcd', 'put', key, registry.url)
  const { code, out } = await whole('image', 'rescan', registry.name)
  expect({ code, out }).toEqual({ code: 0, out: `${registry.name}: 1 kernel images (1 new, 0 changed)\n` })
  expect((await mgr('image', 'list', '--short')).out).toContain(`${registry.name}/stable/lua:5\n`)
  expect(await whole('image', 'rescan', 'nowhere.example')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no registry "nowhere.example"'),
  })
})
