import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOutput } from '../../src/cli/output.ts'
import { showInPager } from '../../src/cli/pager.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

const COLUMNS = [{ title: 'NAME' }]
const rows = (count: number): string[][] => Array.from({ length: count }, (_, at) => [`row-${at}`])

async function print(options: TestIoOptions, count: number, isPaged = true) {
  const paged: string[] = []
  const io = testIo({ ...options, pager: (text) => paged.push(text) })
  const out = createOutput(io, { isJson: false })
  out.table(COLUMNS, rows(count), { isPaged })
  out.text('after')
  await out.flush()
  return { paged: paged.join(''), screen: io.out.stdout }
}

test.each([
  [{ isTTY: true }, 23, true, 'paged'],
  [{ isTTY: true }, 22, true, 'screen'],
  [{ isTTY: true }, 23, false, 'screen'],
  [{ isTTY: false }, 500, true, 'screen'],
] as const)('%j, %d rows on 24 lines, paged %p: %s', async (terminal, count, isPaged, place) => {
  const { paged, screen } = await print(terminal, count, isPaged)
  const [shown, other] = place === 'paged' ? [paged, screen] : [screen, paged]
  expect(shown.trimEnd().split('\n')).toHaveLength(count + 2)
  expect(shown).toEndWith('after\n')
  expect(other).toBe('')
})

test('without a pager everything is printed at the end', async () => {
  const io = testIo({ isTTY: true })
  const out = createOutput(io, { isJson: false })
  out.table(COLUMNS, rows(100))
  expect(io.out.stdout).toBe('')
  await out.flush()
  expect(io.out.stdout.trimEnd().split('\n')).toHaveLength(101)
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
