import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
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

test('a file over the limit is refused unread, with its size', async () => {
  await writeFile(join(kernel.workDir, 'huge'), '')
  await truncate(join(kernel.workDir, 'huge'), 10 * 2 ** 30)
  await expect(kernel.link.call('archive', { path: 'huge', maxBytes: 1_048_576 })).rejects.toMatchObject({
    kind: 'over-limit',
    message: expect.stringMatching(/10737\d{6} bytes or more; the limit is 1048576/),
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

test('places are named as in the kernel, never as on the host', async () => {
  await mkdir(join(kernel.workDir, 'sub'))
  await writeFile(join(kernel.workDir, 'plain'), '')
  await symlink('/etc', join(kernel.workDir, 'etc'))
  const call = kernel.link.call.bind(kernel.link)
  expect((await call('listFiles', { path: '.' })).absolutePath).toBe('/home/work')
  expect((await call('listFiles', { path: 'sub' })).absolutePath).toBe('/home/work/sub')
  const content = bytes('x')
  const refusals: [() => Promise<unknown>, string][] = [
    [() => call('listFiles', { path: 'nosuch' }), '/home/work/nosuch does not exist.'],
    [() => call('listFiles', { path: join(kernel.workDir, 'nosuch') }), '/home/work/nosuch does not exist.'],
    [() => call('listFiles', { path: 'plain' }), '/home/work/plain is not a folder.'],
    [() => call('listFiles', { path: 'etc' }), '/home/work/etc is outside of /home/work.'],
    [() => call('writeFile', { path: 'etc/x', content }), '/home/work/etc is outside of /home/work.'],
    [
      () => call('writeFile', { path: 'plain/x/y', content }),
      '/home/work/plain/x/y: a part of the path is not a folder.',
    ],
    [() => call('writeFile', { path: 'n'.repeat(300), content }), 'the name is too long.'],
  ]
  for (const [ask, message] of refusals) {
    const error: unknown = await ask().catch((refused: unknown) => refused)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toContain(kernel.dir)
  }
})
