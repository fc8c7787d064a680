import { describe, expect, test } from 'bun:test'
import { checkDistinct, combinations, substitute } from '../../src/cli/run/cases.ts'
import { parseRange } from '../../src/cli/run/range.ts'

describe('range expressions', () => {
  test.each([
    ['X=case:1,2,3,4', ['1', '2', '3', '4']],
    ['X=case:a b, c', ['a b', 'c']],
    ['X=case:only', ['only']],
    ['X=linspace:1,2,3', ['1', '1.5', '2']],
    ['X=linspace:0,1,11', ['0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '1']],
    ['X=linspace:5,9,1', ['5']],
    ['X=range:1,6,2', ['1', '3', '5']],
    ['X=range:0,3', ['0', '1', '2']],
    ['X=range:5,0,-2', ['5', '3', '1']],
  ])('%s', (text, values) => {
    expect(parseRange('--env-range', text)).toEqual({ name: 'X', values })
  })

  test.each([
    ['1,2,3', 'expected VARIABLE=KIND:VALUES'],
    ['X=1,2', 'expected VARIABLE=KIND:VALUES'],
    ['2X=case:1', 'expected VARIABLE=KIND:VALUES'],
    ['X=logspace:1,2,3', '"logspace" is not case, linspace or range'],
    ['X=case:1,,2', 'a case is empty'],
    ['X=linspace:1,2', 'linspace takes START,STOP,POINTS'],
    ['X=linspace:1,2,0', 'POINTS must be a whole number'],
    ['X=linspace:1,2,1.5', 'POINTS must be a whole number'],
    ['X=linspace:a,2,3', 'expected numbers'],
    ['X=range:1', 'range takes START,STOP,STEP'],
    ['X=range:1,2,0', 'STEP must not be 0'],
    ['X=range:1,2,0.5', 'range takes whole numbers'],
    ['X=range:0,99999999', 'more than 10000 values'],
    ['X=range:3,1', 'it holds no value'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseRange('--exec-range', text)).toThrow(message)
    expect(() => parseRange('--exec-range', text)).toThrow('--exec-range')
  })
})

const braced = (name: string): string => ['$', '{', name, '}'].join('')

describe('cases', () => {
  test('are all combinations, the last variable turning fastest', () => {
    expect(
      combinations([
        { name: 'A', values: ['1', '2'] },
        { name: 'B', values: ['x', 'y'] },
      ]),
    ).toEqual([
      { A: '1', B: 'x' },
      { A: '1', B: 'y' },
      { A: '2', B: 'x' },
      { A: '2', B: 'y' },
    ])
    expect(combinations([])).toEqual([{}])
  })

  test('known variables are replaced, others are left to the shell', () => {
    const bindings = { X: '3', LONG: 'l' }
    expect(substitute(`python m.py $X ${braced('X')}y $XY $LONG $HOME $$X`, bindings)).toBe(
      'python m.py 3 3y $XY l $HOME $X',
    )
    expect(substitute('echo $$ $X', {})).toBe('echo $$ $X')
  })

  test('one variable may be given once only', () => {
    expect(() =>
      checkDistinct([
        { name: 'X', values: ['1'] },
        { name: 'X', values: ['2'] },
      ]),
    ).toThrow('X is given twice')
  })
})
