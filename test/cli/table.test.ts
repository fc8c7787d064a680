import { describe, expect, test } from 'bun:test'
import { sizeText, slotsText } from '../../src/cli/sizes.ts'
import { renderFields, renderTable } from '../../src/cli/table.ts'
import { ago } from '../../src/cli/times.ts'

const COLUMNS = [
  { title: 'NAME', min: 6 },
  { title: 'N', align: 'right' as const },
  { title: 'NOTE', min: 4 },
]

describe('tables', () => {
  test('columns line up', () => {
    expect(
      renderTable(
        COLUMNS,
        [
          ['a', '10', 'x'],
          ['long-name', '5', 'note'],
        ],
        80,
      ),
    ).toBe(['NAME        N  NOTE', 'a          10  x', 'long-name   5  note', ''].join('\n'))
  })

  test('the widest cuttable columns are cut to the width', () => {
    const text = renderTable(COLUMNS, [['a'.repeat(60), '1', 'b'.repeat(60)]], 40)
    for (const line of text.trimEnd().split('\n')) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(40)
    expect(text).toContain('a…')
    expect(text).toContain('b…')
  })

  test('wide characters count twice', () => {
    const [header = '', row = ''] = renderTable(COLUMNS, [['한글이름', '1', 'x']], 80).split('\n')
    expect(Bun.stringWidth(header.slice(0, header.indexOf('N', 4)))).toBe(
      Bun.stringWidth(row.slice(0, row.indexOf('1'))),
    )
    expect(renderTable([{ title: 'A', min: 5 }], [['한글한글한글']], 6)).toContain('한글…')
  })

  test('control characters do not reach the terminal', () => {
    expect(renderTable([{ title: 'A' }], [['x\u001b[31m\ny']], 80)).toBe('A\nx [31m y\n')
  })

  test('fields are wrapped under their value', () => {
    expect(
      renderFields(
        [
          ['Name', 'x'],
          ['Long key', 'some words that are too long'],
        ],
        30,
      ),
    ).toBe('Name      x\nLong key  some words that are\n          too long\n')
  })
})

test.each([
  [0, '0 s ago'],
  [59_000, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [48 * 3_600_000, '2 d ago'],
  [40 * 86_400_000, '2026-10-12'],
])('%d ms is %s', (age, text) => {
  const now = Date.parse('2026-11-21T00:00:00Z')
  expect(ago(new Date(now - age).toISOString(), now)).toBe(text)
})

test('what is no time is empty', () => {
  expect([ago(null, 0), ago('never', 0), ago(undefined, 0)]).toEqual(['', '', ''])
})

test('sizes and slots', () => {
  expect([sizeText(0), sizeText(1023), sizeText(1536), sizeText(2 ** 30)]).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '1 GiB',
  ])
  expect(slotsText('{"cpu":"4","mem":"1073741824","cuda.shares":"0.5","x":"0"}')).toBe(
    'cpu 4, mem 1 GiB, cuda.shares 0.5',
  )
  expect(slotsText('not json')).toBe('')
})
