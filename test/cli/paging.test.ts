import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { confirm } from '../../src/cli/confirm.ts'
import { openContext } from '../../src/cli/open-context.ts'
import { createOutput } from '../../src/cli/output.ts'
import { showInPager } from '../../src/cli/pager.ts'
import { type TestIo, testIo } from './test-io.ts'

const COLUMNS = [{ title: 'NAME' }]
const rows = (count: number): string[][] => Array.from({ length: count }, (_, at) => [`row-${at}`])

test.each([
  [{ isTTY: true }, 23, 'page'],
  [{ isTTY: true }, 22, 'screen'],
  [{ isTTY: false }, 500, 'screen'],
] as const)('%j, %d rows on 24 lines: %s', async (terminal, count, place) => {
  const io = testIo(terminal)
  await createOutput(io, { isJson: false }).longTable(COLUMNS, rows(count))
  const [shown, other] = place === 'page' ? [io.paged.join(''), io.out.stdout] : [io.out.stdout, '']
  expect(shown.trimEnd().split('\n')).toHaveLength(count + 1)
  expect(other).toBe('')
})

test('the pager of the environment gets the text', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pager-'))
  try {
    const file = join(directory, 'seen')
    const env = { PATH: process.env.PATH, PAGER: `cat > ${file}` }
    expect(await showInPager('one\ntwo\n', env)).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test.each(['cat', '', 'exit 127'])('PAGER=%j shows nothing, so that the text is printed', async (pager) => {
  expect(await showInPager('text', { PATH: process.env.PATH, PAGER: pager })).toBe(false)
})

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
