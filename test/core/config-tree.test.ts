import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type ConfigTree,
  flattenTree,
  quoteKeyPart,
  treeFromJson,
  treeOf,
} from '../../src/core/config-tree.ts'

test('a value on a key with children is the child ""', () => {
  const tree = { registry: { 'cr.backend.ai': { '': 'https://cr.backend.ai', type: 'harbor2' } } }
  const rows = flattenTree('config/docker', tree)
  expect(rows).toEqual([
    ['config/docker/registry/cr.backend.ai', 'https://cr.backend.ai'],
    ['config/docker/registry/cr.backend.ai/type', 'harbor2'],
  ])
  expect(treeOf('config/docker', rows)).toEqual(tree)
  expect(treeOf('config/docker', rows.toReversed())).toEqual(tree)
})

test('parts are quoted in keys and plain in trees', () => {
  expect(quoteKeyPart('a/b:c (d)~')).toBe('a%2Fb%3Ac%20%28d%29~')
  expect(treeOf('', [['x/a%2Fb', '1']])).toEqual({ x: { 'a/b': '1' } })
})

test('the value of the prefix itself is the child ""', () => {
  expect(treeOf('a/b', [['a/b', '1']])).toEqual({ '': '1' })
})

test('any tree survives the way to rows and back', () => {
  const part = fc.string({ minLength: 1, maxLength: 6 })
  const { tree } = fc.letrec<{ tree: ConfigTree }>((tie) => ({
    tree: fc.dictionary(part, fc.oneof({ maxDepth: 3 }, fc.string(), tie('tree')), {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    }),
  }))
  fc.assert(
    fc.property(tree, (sample) => {
      expect(treeOf('p', flattenTree('p', sample))).toEqual(sample)
    }),
  )
})

test('JSON scalars become text, the rest is refused by name', () => {
  expect(treeFromJson({ a: 1, b: true, c: { d: 'x' } })).toEqual({ a: '1', b: 'true', c: { d: 'x' } })
  expect(() => treeFromJson({ a: { b: null } })).toThrow('a/b: expected')
  expect(() => treeFromJson({ a: ['x'] })).toThrow('a: expected')
  expect(() => treeFromJson([])).toThrow('the document')
})
