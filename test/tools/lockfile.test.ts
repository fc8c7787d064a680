import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { completed, gapsOf, lockfileProblems } from '../../tools/lockfile.ts'

const lockfile = {
  packages: {
    '': {},
    'node_modules/b': { version: '1.0.0' },
    'node_modules/a': {
      version: '1.0.0',
      optionalDependencies: { b: '1.0.0', '@x/y-linux-x64-musl': '2.0.0', '@x/y-win32-arm64': '2.0.0' },
    },
  },
}

test('gives an entry with its platform to each optional package that has none', () => {
  const { packages } = completed(lockfile)
  expect(packages['node_modules/@x/y-linux-x64-musl']).toEqual({
    version: '2.0.0',
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
    optional: true,
  })
  expect(Object.keys(packages)[0]).toBe('')
  expect(gapsOf({ packages })).toEqual([])
})

test('refuses what it would have to guess', () => {
  const inexact = { packages: { 'node_modules/a': { optionalDependencies: { 'z-linux-x64': '^1.0.0' } } } }
  expect(() => completed(inexact)).toThrow('not as one version')
  const unnamed = { packages: { 'node_modules/a': { optionalDependencies: { z: '1.0.0' } } } }
  expect(() => completed(unnamed)).toThrow('names no platform')
})

test('the lockfile of this repository is complete and names no registry', () => {
  expect(lockfileProblems(join(import.meta.dir, '../..'))).toEqual([])
})
