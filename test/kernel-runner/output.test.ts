import { expect, test } from 'bun:test'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startKernel, type TestKernel } from './start-kernel.ts'

const contentOf = async (kernel: TestKernel, name: string, offset = 0, maxBytes = 1000) => {
  const { content } = await kernel.link.call('readOutput', { name, offset, maxBytes })
  return new TextDecoder().decode(content)
}

test('a run reports the files that it leaves in .output, new and changed, once', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  const first = await kernel.query(
    'mkdir -p .output/sub .output/empty; echo a > .output/a.txt; echo b > .output/sub/데이터.txt',
  )
  expect(first.files).toEqual([
    { name: 'a.txt', size: 2 },
    { name: 'sub/데이터.txt', size: 2 },
  ])
  expect((await kernel.query('cat .output/a.txt')).files).toEqual([])
  expect((await kernel.query('echo more >> .output/a.txt; rm .output/sub/*')).files).toEqual([
    { name: 'a.txt', size: 7 },
  ])
  expect(await contentOf(kernel, 'a.txt')).toBe('a\nmore\n')
  expect(await contentOf(kernel, 'a.txt', 2, 4)).toBe('more')
})

test('what all steps of a batch run left is told with its end', async () => {
  await using kernel = await startKernel({ runtime: 'app' })
  const run = await kernel.batch({ build: 'mkdir .output; echo built > .output/program', exec: 'true' })
  expect(run.results.map(({ status, files }) => [status, files.length])).toEqual([
    ['clean-finished', 0],
    ['build-finished', 0],
    ['finished', 1],
  ])
  await kernel.replaceLink()
  expect((await kernel.batch({ exec: 'echo 1 > .output/again' })).files).toEqual([{ name: 'again', size: 2 }])
})

test('links and pipes are neither reported nor read, and nothing outside is', async () => {
  await using kernel = await startKernel({ runtime: 'app', files: { secret: 'secret' } })
  await mkdir(join(kernel.workDir, '.output'))
  await writeFile(join(kernel.dir, 'outside'), 'outside')
  await symlink('../secret', join(kernel.workDir, '.output/link'))
  await symlink('..', join(kernel.workDir, '.output/folder'))
  const run = await kernel.query('mkfifo .output/pipe; ln -s ../../outside .output/out')
  expect(run.files).toEqual([])
  for (const name of ['link', 'out', 'pipe', 'folder/secret', 'missing', 'folder']) {
    const asked = kernel.link.call('readOutput', { name, offset: 0, maxBytes: 10 })
    await expect(asked, name).rejects.toMatchObject({ kind: 'object-not-found' })
  }
  for (const name of ['../secret', '/etc/passwd', 'folder/../../secret', '', '.', 'a\0b', 'a//b']) {
    const asked = kernel.link.call('readOutput', { name, offset: 0, maxBytes: 10 })
    await expect(asked, name).rejects.toMatchObject({ kind: 'invalid-api-params' })
  }
})

test('a folder that is a link itself holds no output', async () => {
  await using kernel = await startKernel({ runtime: 'app', folders: ['elsewhere'] })
  const run = await kernel.query('ln -s elsewhere .output; echo x > .output/x')
  expect(run.files).toEqual([])
  await expect(kernel.link.call('readOutput', { name: 'x', offset: 0, maxBytes: 1 })).rejects.toMatchObject({
    kind: 'object-not-found',
  })
})
