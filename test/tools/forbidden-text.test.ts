import { expect, test } from 'bun:test'
import { forbiddenIn } from '../../tools/forbidden-text.ts'

test.each([
  ['README.md', `see https://registry.${'npmjs'}.org/x`, 'registry'],
  ['a.ts', `const path = '${'/work'}/main/src'`, 'one machine'],
  ['a.ts', '// @ts-ignore', 'silences'],
  ['a.ts', 'const a: any = 1', 'no type'],
  ['a.ts', '// TODO later', 'finish'],
  ['a.test.ts', "test.only('x', () => {})", 'hides'],
])('finds it in %s: %s', (file, line, why) => {
  expect(forbiddenIn(file, `fine\n${line}\n`)).toEqual([expect.stringContaining(why)])
  expect(forbiddenIn(file, `fine\n${line}\n`)[0]).toStartWith(`${file}:2:`)
})

test.each([
  ['a.ts', "const home = '/home/work/main.py'"],
  ['README.md', 'cr.backend.ai/stable/python, TODO lists, any: thing'],
  ['a.ts', 'const company: anything = 1'],
])('leaves alone in %s: %s', (file, line) => {
  expect(forbiddenIn(file, line)).toEqual([])
})
