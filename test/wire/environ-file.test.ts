import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { formatEnvironFile, parseEnvironFile } from '../../src/wire/environ-file.ts'

test('plain values are one line each', () => {
  expect(formatEnvironFile({ A: '1', PATH: '/a b:/c=d' })).toBe('A=1\nPATH=/a b:/c=d\n')
})

test('any environment survives the round trip', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,10}$/).filter((text) => text !== '__proto__')
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (environ) => {
      expect(parseEnvironFile(formatEnvironFile(environ))).toEqual(environ)
    }),
  )
})

test.each([[{ 'A\nLD_PRELOAD': 'x' }], [{ '': 'x' }], [{ 'A=B': 'x' }], [{ A: 'x\0y' }]])(
  '%p is refused',
  (environ: Record<string, string>) => {
    expect(() => formatEnvironFile(environ)).toThrow(RangeError)
  },
)
