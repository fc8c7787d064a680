import { expect, test } from 'bun:test'
import { countResults } from '../../tools/count-results.mjs'

const BUN = `a.test.ts:
(pass) x
 12 pass
 1 skip
 0 fail
 30 expect() calls
Ran 13 tests across 2 files. [4.00ms]
`

test('counts what Bun says', () => {
  expect(countResults('bun', BUN, 0)).toEqual({ passed: 12, failed: 0, skipped: 1 })
  const withFailures = BUN.replace(' 0 fail', ' 2 fail\n 1 error')
  expect(countResults('bun', withFailures, 1)).toEqual({ passed: 12, failed: 3, skipped: 1 })
})

test('a crash after good tests is a failure', () => {
  expect(countResults('bun', BUN, 'SIGSEGV')).toEqual({ passed: 12, failed: 1, skipped: 1 })
})

test('a suite without tests is a failure', () => {
  const none = ' 0 pass\n 0 fail\nRan 0 tests across 1 file. [1.00ms]\n'
  expect(countResults('bun', none, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countResults('bench', '', 0).failed).toBe(1)
  expect(countResults('check', '', 0).failed).toBe(1)
})

test('counts checks, builds and benchmarks', () => {
  expect(countResults('check', 'ok types\nFAIL lint\n  ok inside\nok sizes\n', 1)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 0,
  })
  expect(countResults('exit', 'anything', 0)).toEqual({ passed: 1, failed: 0, skipped: 0 })
  expect(countResults('exit', 'anything', 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countResults('bench', 'bench a ratio=1.0 ours=1\nnoise\n', 0).passed).toBe(1)
})
