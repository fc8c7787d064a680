import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startKernel, type TestKernel } from './start-kernel.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await startKernel({ runtime: 'app' })
})
afterAll(() => kernel[Symbol.asyncDispose]())

const bytes = (text: string) => new TextEncoder().encode(text)

test('writes, lists and archives', async () => {
  const name = `folder/${'long-'.repeat(30)}/데이터.txt`
  await kernel.link.call('writeFile', { path: name, content: bytes('data') })
  await kernel.link.call('writeFile', { path: name, content: bytes('data again') })
  const listing = await kernel.link.call('listFiles', { path: name.slice(0, name.lastIndexOf('/')) })
  expect(listing.entries).toMatchObject([{ filename: '데이터.txt', size: 10, mode: '-rw-r--r--' }])
  const { archive } = await kernel.link.call('archive', { path: 'folder', maxBytes: 1_000_000 })
  const tar = Bun.spawn(['tar', 'xOf', '-', name], { stdin: archive, stdout: 'pipe' })
  expect(await new Response(tar.stdout).text()).toBe('data again')
  expect(await tar.exited).toBe(0)
})

test('an archive over the limit is refused', async () => {
  await writeFile(join(kernel.workDir, 'big'), new Uint8Array(200_000))
  await expect(kernel.link.call('archive', { path: 'big', maxBytes: 100_000 })).rejects.toMatchObject({
    kind: 'over-limit',
  })
})

test('nothing outside the work folder can be reached', async () => {
  const outside = join(kernel.dir, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'secret')
  await symlink(outside, join(kernel.workDir, 'link'))
  await symlink(join(outside, 'secret'), join(kernel.workDir, 'secret-link'))
  const refused = { kind: 'invalid-api-params' }
  for (const path of [
    '../outside/secret',
    join(outside, 'secret'),
    'link/secret',
    'secret-link',
    '/etc/passwd',
  ]) {
    await expect(kernel.link.call('archive', { path, maxBytes: 1e6 })).rejects.toMatchObject(refused)
  }
  for (const path of ['../outside', 'link', '/', '..', '/etc']) {
    await expect(kernel.link.call('listFiles', { path })).rejects.toMatchObject(refused)
  }
  const content = bytes('overwritten')
  for (const path of [
    '../outside/secret',
    'link/secret',
    'link/new/secret',
    '.',
    '',
    'link/../../x',
    'a\0b',
  ]) {
    await expect(kernel.link.call('writeFile', { path, content })).rejects.toMatchObject(refused)
  }
  // A link as last part is replaced by the file, never followed.
  await kernel.link.call('writeFile', { path: 'secret-link', content })
  expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
})

test('a missing file says so', async () => {
  await expect(kernel.link.call('listFiles', { path: 'nowhere' })).rejects.toMatchObject({
    kind: 'object-not-found',
  })
})
