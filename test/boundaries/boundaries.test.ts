import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DIRECTIONS, findViolations, importsOf, violationsOf } from '../../tools/boundaries.ts'

const root = join(import.meta.dir, '../..')

test('nothing in the product crosses a room against the directions', () => {
  expect(findViolations(root)).toEqual([])
})

test('every room has its directions', () => {
  for (const room of readdirSync(join(root, 'src'))) expect(Object.keys(DIRECTIONS)).toContain(room)
})

test('sees imports of values, of types, and lazy ones, but not those in comments', () => {
  const source = `
    import { a } from './a.ts'
    import type { B } from './b.ts'
    export type { C } from './c.ts'
    export * from './d.ts'
    const e = await import('./e.ts')
    type F = import('./f.ts').F
    // import './g.ts'
    import { type I } from './i.ts'
    /* import type { H } from './h.ts' */
    use(a)`
  expect(importsOf(source, 'x.ts').toSorted()).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f', 'i'].map((name) => `./${name}.ts`),
  )
})

test.each([
  ['src/manager/a.ts', "import type { X } from '../agent/x.ts'", 'manager must not import agent'],
  ['src/agent/a.ts', "import { open } from '../db/store.ts'; open()", 'agent must not import db'],
  ['src/core/a.ts', "import { x } from '../lib/x.ts'; x()", 'core must not import lib'],
  ['src/scheduler/a.ts', "import type { X } from '../events/bus.ts'", 'scheduler must not import events'],
  ['src/client/a.ts', "await import('../lib/x.ts')", 'client must not import lib'],
  ['src/lib/a.ts', "export * from '../roles/run.ts'", 'lib must not import roles'],
  ['src/scheduler/a.ts', 'const now = Date.now()', 'pure rooms know no clock'],
  ['src/core/a.ts', "import { readFileSync } from 'node:fs'; readFileSync('x')", 'pure rooms do no I/O'],
  ['plugins/a/a.ts', "import { b } from '../b/b.ts'; b()", 'a plugin must not import another'],
  ['src/new-room/a.ts', '', 'is not on the architecture page'],
])('refuses in %s: %s', (path, source, message) => {
  expect(violationsOf(path, source).join()).toContain(message)
})

test.each([
  ['src/manager/a.ts', "import { open } from '../db/store.ts'; open()"],
  ['src/roles/a.ts', "import mock from '../../plugins/mock/plugin.ts'; mock()"],
  ['src/core/a.ts', "import { b } from './b.ts'; b() // Date.now()"],
  ['plugins/a/a.ts', "import type { X } from '../../src/plugin/accelerator.ts'"],
])('allows in %s: %s', (path, source) => {
  expect(violationsOf(path, source)).toEqual([])
})
