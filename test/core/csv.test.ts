import { expect, test } from 'bun:test'
import { csvRow } from '../../src/core/csv.ts'

test.each<[readonly (string | number | null)[], string]>([
  [['a', 1, null, 'b'], 'a,1,,b\r\n'],
  [['a,b', 'say "no"', 'two\nlines'], '"a,b","say ""no""","two\nlines"\r\n'],
  [['=1+1', '+x', '-x', '@x', -1], "'=1+1,'+x,'-x,'@x,-1\r\n"],
  [['=HYPERLINK("x","y")'], '"\'=HYPERLINK(""x"",""y"")"\r\n'],
])('%o', (cells, row) => {
  expect(csvRow(cells)).toBe(row)
})
