import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { vfs } from '../../plugins/storage-vfs/index.ts'
import {
  type FolderFiles,
  type FolderId,
  StorageError,
  type StorageVolume,
} from '../../src/plugin/storage-volume.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'

const SCOPE = 'user:5f1d7d3c-6a53-4c0d-9c55-0d3a0a5ad9a1'
const ID: FolderId = { scope: SCOPE, folder: '0123456789abcdef0123456789abcdef' }
const OTHER: FolderId = { scope: null, folder: 'fedcba9876543210fedcba9876543210' }
const SESSION = '7b1e7c1e-52c4-4b43-8c7a-37a0ce4de5b0'

const streamOf = (text: string) => new Blob([text]).stream()
const textOf = async (files: FolderFiles, path: string): Promise<string> => {
  const content = await files.read(path)
  return await new Response(content.stream(0, content.size)).text()
}
/** The kind of failure, since `rejects` would block workers' messages. */
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof StorageError ? error.kind : String(error)),
  )

describe.each([vfs])('volumes of $backend', (plugin) => {
  let directory: TempDirectory
  let volume: StorageVolume
  let files: FolderFiles
  /** Where kernels find the folder. */
  let root: string

  beforeEach(async () => {
    directory = tempDirectory('volume')
    volume = await plugin.open({ name: 'v', path: directory.at('volume'), fsprefix: '.', options: {} })
    await volume.createFolder(ID, null)
    files = await volume.files(ID)
    root = await volume.hostPath(ID, '.')
  })
  afterEach(() => directory[Symbol.dispose]())

  test('a folder is made, found, made again without harm, and removed with its prefix directories', async () => {
    expect(root).toBe(
      directory.at('volume/5f1d7d3c6a534c0d9c550d3a0a5ad9a1/01/23/456789abcdef0123456789abcdef'),
    )
    writeFileSync(join(root, 'kept'), 'x')
    await volume.createFolder(ID, 1000)
    expect(existsSync(join(root, 'kept'))).toBe(true)
    await volume.createFolder(OTHER, null)
    expect(await volume.hostPath(OTHER, '')).toBe(directory.at('volume/fe/dc/ba9876543210fedcba9876543210'))
    await volume.deleteFolder(ID)
    await volume.deleteFolder(ID)
    expect(existsSync(directory.at('volume/5f1d7d3c6a534c0d9c550d3a0a5ad9a1/01'))).toBe(false)
    expect(await failure(volume.files(ID))).toBe('not-found')
    expect(await failure(volume.hostPath(ID, '.'))).toBe('not-found')
    expect(await failure(volume.createFolder({ scope: 'user:../..', folder: ID.folder }, null))).toBe(
      'invalid-path',
    )
    expect(await failure(volume.createFolder({ scope: null, folder: '..' }, null))).toBe('invalid-path')
  })

  test('quota scopes exist once', async () => {
    const scope = 'project:11111111-1111-4111-8111-111111111111'
    expect(await failure(volume.quota(scope))).toBe('scope-not-found')
    await volume.createQuotaScope(scope, 100)
    expect(await failure(volume.createQuotaScope(scope, 100))).toBe('exists')
    await volume.setQuota(scope, 200)
    const { limitBytes } = await volume.quota(scope)
    expect(limitBytes).toBe(volume.capabilities.includes('quota') ? 200 : null)
  })

  test('what kernels of one user write, those of another can change', async () => {
    await files.makeDirectory('shared', { parents: false, existOk: false })
    if (process.getuid?.() === 0) {
      const as = (uid: string, script: string) =>
        execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'sh', '-c', script], {
          cwd: root,
        })
      as('200001', 'umask 077; mkdir shared/d; echo one > shared/d/f')
      as('200002', 'echo two >> shared/d/f; echo three > shared/d/g; rm shared/d/g')
      expect(readFileSync(join(root, 'shared/d/f'), 'utf8')).toBe('one\ntwo\n')
    }
    expect(statSync(join(root, 'shared')).mode & 0o777).toBe(0o777)
  })

  test('directories: made, listed, renamed, moved, removed', async () => {
    expect(await failure(files.makeDirectory('a/b', { parents: false, existOk: false }))).toBe('not-found')
    await files.makeDirectory('a/b', { parents: true, existOk: false })
    expect(await failure(files.makeDirectory('a/b', { parents: true, existOk: false }))).toBe('exists')
    await files.makeDirectory('a/b', { parents: true, existOk: true })
    writeFileSync(join(root, 'a/file'), 'text')
    expect(await failure(files.makeDirectory('a/file', { parents: true, existOk: true }))).toBe('exists')
    symlinkSync('file', join(root, 'a/link'))
    expect(await files.list('a', 0)).toMatchObject([
      { name: 'b', type: 'DIRECTORY', target: null },
      { name: 'file', type: 'FILE', size: 4, target: null },
      { name: 'link', type: 'SYMLINK', target: 'file' },
    ])
    expect((await files.list('a', 2)).map(({ name }) => name)).toEqual(['b', 'file'])
    expect(await failure(files.list('nothing', 0))).toBe('not-found')
    expect(await failure(files.list('a/file', 0))).toBe('wrong-type')

    await files.rename('a/file', 'renamed')
    expect(await failure(files.rename('a/renamed', 'b'))).toBe('exists')
    expect(await failure(files.rename('a/renamed', '../out'))).toBe('invalid-path')
    expect(await failure(files.rename('a/gone', 'x'))).toBe('not-found')
    await files.move('a/renamed', 'new/place/file')
    expect(await textOf(files, 'new/place/file')).toBe('text')
    await files.move('new/place/file', 'a/b')
    expect(await textOf(files, 'a/b/file')).toBe('text')
    expect(await failure(files.move('a/gone', 'b'))).toBe('not-found')
    writeFileSync(join(root, 'file'), '')
    expect(await failure(files.move('file', 'a/b'))).toBe('exists')

    expect(await failure(files.remove('a', { recursive: false }))).toBe('wrong-type')
    await files.remove('a/link', { recursive: false })
    await files.remove('a', { recursive: true })
    expect(await failure(files.remove('a', { recursive: true }))).toBe('not-found')
    expect(await failure(files.remove('.', { recursive: true }))).toBe('invalid-path')
    expect((await files.list('', 0)).map(({ name }) => name)).toEqual(['file', 'new'])
  })

  test('no path and no link leads out', async () => {
    const outside = directory.at('outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'secret'), 'secret')
    symlinkSync(outside, join(root, 'absolute'))
    symlinkSync('../../../../outside', join(root, 'relative'))
    symlinkSync('round', join(root, 'round'))
    symlinkSync(join(outside, 'secret'), join(root, 'file'))
    for (const path of ['../x', 'a/../../x', '/../x', 'a\0b', 'absolute/secret', 'relative/secret', 'file']) {
      expect([path, await failure(files.read(path))]).toEqual([path, 'invalid-path'])
      expect([path, await failure(volume.hostPath(ID, path))]).toEqual([path, 'invalid-path'])
    }
    for (const path of ['absolute', 'relative', 'round', '../..']) {
      expect(await failure(files.list(path, 0))).toBe('invalid-path')
      expect(await failure(files.makeDirectory(`${path}/d`, { parents: true, existOk: true }))).toBe(
        'invalid-path',
      )
      expect(await failure(files.move('file', `${path}/x`))).toBe('invalid-path')
      expect(await failure(files.remove(`${path}/secret`, { recursive: true }))).toBe('invalid-path')
    }
    await files.remove('absolute', { recursive: true })
    await files.beginUpload(SESSION)
    expect(await failure(files.finishUpload(SESSION, 'relative/x'))).toBe('invalid-path')
    expect(await failure(files.finishUpload(SESSION, '../x'))).toBe('invalid-path')
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret')
    // Links within the folder are followed.
    mkdirSync(join(root, 'versions/2'), { recursive: true })
    writeFileSync(join(root, 'versions/2/model'), 'weights')
    symlinkSync('versions/2', join(root, 'current'))
    expect(await textOf(files, 'current/model')).toBe('weights')
    expect(await volume.hostPath(ID, 'current')).toBe(join(root, 'versions/2'))
  })

  test('a removed tree takes nothing along that its links lead to, however deep it is', async () => {
    const outside = directory.at('outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'kept'), '')
    mkdirSync(join(root, 'tree'))
    symlinkSync(outside, join(root, 'tree/link'))
    execFileSync('sh', ['-c', 'i=0; while [ $i -lt 450 ]; do mkdir d && cd d && : > f; i=$((i+1)); done'], {
      cwd: join(root, 'tree'),
    })
    await files.remove('tree', { recursive: true })
    expect(existsSync(join(root, 'tree'))).toBe(false)
    expect(existsSync(join(outside, 'kept'))).toBe(true)
  })

  test('counts files and bytes, or says that it takes too long', async () => {
    mkdirSync(join(root, 'd'))
    writeFileSync(join(root, 'd/a'), 'four')
    writeFileSync(join(root, 'b'), 'eleven bytes')
    expect(await files.usage(30_000)).toEqual({ fileCount: 2, usedBytes: 16 })
    expect(await files.usage(-1)).toEqual({ fileCount: -1, usedBytes: -1 })
  })

  test('reads files in parts; never waits for a pipe', async () => {
    writeFileSync(join(root, 'file'), '0123456789')
    const content = await files.read('file')
    expect(content.size).toBe(10)
    expect(await new Response(content.stream(2, 5)).text()).toBe('234')
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await failure(files.read('pipe'))).toBe('wrong-type')
    expect(await failure(files.read('.'))).toBe('invalid-path')
    expect(await failure(files.read('none'))).toBe('not-found')
  })

  test('an upload grows piece by piece, only where it is, and then replaces the file', async () => {
    writeFileSync(join(root, 'file'), 'old')
    expect(await files.uploadedBytes(SESSION)).toBeNull()
    await files.beginUpload(SESSION)
    expect(await files.append(SESSION, 0, streamOf('hello '), 11)).toBe(6)
    expect(await failure(files.append(SESSION, 0, streamOf('again'), 11))).toBe('conflict')
    expect(await failure(files.append(SESSION, 6, streamOf('too much of it'), 11))).toBe('conflict')
    expect(await files.uploadedBytes(SESSION)).toBe(6)
    expect(await files.append(SESSION, 6, streamOf('world'), 11)).toBe(11)
    await files.finishUpload(SESSION, 'file')
    await files.beginUpload(SESSION)
    await files.finishUpload(SESSION, 'new/empty')
    expect([await textOf(files, 'file'), await textOf(files, 'new/empty')]).toEqual(['hello world', ''])
    expect(await files.uploadedBytes(SESSION)).toBeNull()
    expect(await failure(files.beginUpload('../x'))).toBe('invalid-path')
    // Every kernel may change it, whatever its user.
    expect(statSync(join(root, 'file')).mode & 0o777).toBe(0o666)
  })

  test('an upload under way is nowhere in the folder, and goes with it', async () => {
    const everything = () => readdirSync(directory.at('volume'), { recursive: true, encoding: 'utf8' })
    await files.beginUpload(SESSION)
    expect(readdirSync(root)).toEqual([])
    expect(everything().filter((path) => path.endsWith(SESSION))).toHaveLength(1)
    await volume.deleteFolder(ID)
    expect(everything().filter((path) => path.endsWith(SESSION))).toEqual([])
  })

  test('a clone has the files, directories, modes and links, but no upload under way; again, it is anew', async () => {
    mkdirSync(join(root, 'd'))
    writeFileSync(join(root, 'd/run'), '#!/bin/sh', { mode: 0o755 })
    symlinkSync('d/run', join(root, 'link'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    await files.beginUpload(SESSION)
    await volume.createFolder(OTHER, null)
    writeFileSync(join(await volume.hostPath(OTHER, '.'), 'left'), '')
    await volume.cloneFolder(ID, OTHER, new AbortController().signal)
    const target = await volume.hostPath(OTHER, '.')
    const cloned = await volume.files(OTHER)
    expect((await cloned.list('', 0)).map(({ name }) => name)).toEqual(['d', 'link'])
    expect(statSync(join(target, 'd/run')).mode & 0o100).toBe(0o100)
    expect(lstatSync(join(target, 'link')).isSymbolicLink()).toBe(true)
    expect(await textOf(cloned, 'd/run')).toBe('#!/bin/sh')
    expect(
      await failure(volume.cloneFolder({ scope: null, folder: '0'.repeat(32) }, OTHER, AbortSignal.any([]))),
    ).toBe('not-found')
  })

  test('measures itself', async () => {
    const { capacityBytes, usedBytes } = await volume.usage()
    expect(capacityBytes).toBeGreaterThan(usedBytes)
    const metric = await volume.metric()
    for (const value of Object.values(metric)) expect(value).toBeGreaterThanOrEqual(0)
    expect(Object.keys(metric)).toHaveLength(6)
  })
})
