import { expect, test } from 'bun:test'
import { confirm } from '../../src/cli/confirm.ts'
import { openContext } from '../../src/cli/open-context.ts'
import { type TestIo, testIo } from './test-io.ts'

const asks = (io: TestIo, yes = false): Promise<string> =>
  confirm(openContext(io, yes ? { yes } : {}, new AbortController().signal), 'Remove it?').then(
    () => 'went on',
    (error: Error) => error.message,
  )

test.each([
  ['y', 'went on'],
  ['Yes', 'went on'],
  ['n', 'Nothing was changed.'],
  ['', 'Nothing was changed.'],
])('the answer %j: %s', async (answer, outcome) => {
  const io = testIo({ isInputTTY: true, input: [answer] })
  expect(await asks(io)).toBe(outcome)
  expect(io.out.stderr).toBe('Remove it? [y/N] ')
})

test('nobody is asked with --yes, or in a script', async () => {
  const terminal = testIo({ isInputTTY: true })
  expect(await asks(terminal, true)).toBe('went on')
  const script = testIo()
  expect(await asks(script)).toBe('went on')
  expect(terminal.out.stderr + script.out.stderr).toBe('')
})
