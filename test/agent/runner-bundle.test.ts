import { expect, test } from 'bun:test'
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { elfDependencies } from '../../src/agent/elf-dependencies.ts'
import { prepareRunnerBundle, removeOldBundles } from '../../src/agent/runner-bundle.ts'
import { tempDirectory } from '../harness/temp.ts'

test('reads what an executable asks for', async () => {
  const { interpreter, needed } = await elfDependencies(process.execPath)
  expect(interpreter).toMatch(/\/ld-/)
  expect(needed).toContain('libc.so.6')
  expect(elfDependencies(import.meta.path)).rejects.toThrow('no 64-bit ELF file')
})

test('the bundle runs by its own loader and libraries, and is made once', async () => {
  using dir = tempDirectory('bundle')
  const bundle = await prepareRunnerBundle(dir.at('runner'), '/bin/sh')
  expect(basename(bundle.dir)).toMatch(/^[0-9a-f]{64}$/)
  const command = [
    join(bundle.dir, bundle.loader),
    '--library-path',
    bundle.dir,
    join(bundle.dir, bundle.executable),
  ]
  const ran = Bun.spawnSync([...command, '-c', 'echo it runs'])
  expect(ran.stdout.toString()).toBe('it runs\n')
  const made = statSync(join(bundle.dir, bundle.executable)).mtimeMs
  expect(await prepareRunnerBundle(dir.at('runner'), '/bin/sh')).toEqual(bundle)
  expect(statSync(join(bundle.dir, bundle.executable)).mtimeMs).toBe(made)
})

test('an executable that changed gets a bundle of its own; the old one goes when nothing uses it', async () => {
  using dir = tempDirectory('bundle')
  const root = dir.at('runner')
  copyFileSync('/bin/sh', dir.at('program'))
  const old = await prepareRunnerBundle(root, dir.at('program'))
  copyFileSync('/bin/cat', dir.at('program'))
  const now = await prepareRunnerBundle(root, dir.at('program'))
  expect(now.dir).not.toBe(old.dir)
  await removeOldBundles(root, new Set([now.dir, old.dir]))
  expect(existsSync(old.dir)).toBe(true)
  await removeOldBundles(root, new Set([now.dir]))
  expect(readdirSync(root).sort()).toEqual([basename(now.dir), 'digest.json'].sort())
})
