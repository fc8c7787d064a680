export interface Column {
  title: string
  /** May be cut to this many characters when the terminal is narrow; absent: never cut. */
  min?: number
  align?: 'left' | 'right'
}

const GAP = 2

/** Lines of a table with a header; cells of cuttable columns end in `…` where `width` is too small. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const cells = rows.map((row) => columns.map((_, at) => oneLine(row[at] ?? '')))
  const widths = columns.map(({ title }, at) =>
    Math.max(Bun.stringWidth(title), ...cells.map((row) => Bun.stringWidth(row[at] ?? ''))),
  )
  shrink(widths, columns, width - GAP * (columns.length - 1))
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, at) => pad(cut(row[at] ?? '', widths[at] ?? 0), widths[at] ?? 0, align))
      .join(' '.repeat(GAP))
      .trimEnd()
  return `${[line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n')}\n`
}

/** Takes from the widest cuttable column, one character at a time, until everything fits. */
function shrink(widths: number[], columns: readonly Column[], space: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) - space
  while (excess > 0) {
    const widest = columns
      .map(({ min }, at) => ({
        at,
        width: widths[at] ?? 0,
        spare: min === undefined ? 0 : (widths[at] ?? 0) - min,
      }))
      .filter(({ spare }) => spare > 0)
      .toSorted((a, b) => b.width - a.width)[0]
    if (!widest) return
    widths[widest.at] = widest.width - 1
    excess -= 1
  }
}

function pad(text: string, width: number, align: Column['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - Bun.stringWidth(text)))
  return align === 'right' ? space + text : text + space
}

function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text
  let kept = ''
  for (const char of text) {
    if (Bun.stringWidth(kept + char) > width - 1) break
    kept += char
  }
  return `${kept}…`
}

// Control characters of a name or a message must not move the cursor.
const oneLine = (text: string): string => text.replace(/[\p{Cc}]+/gu, ' ')

/** `name  value` lines, for one object. */
export function renderFields(fields: readonly (readonly [string, string])[], width: number): string {
  const longest = Math.max(...fields.map(([name]) => Bun.stringWidth(name)))
  return fields
    .map(([name, value]) => {
      const lines = value.split('\n').flatMap((line) => wrap(line, Math.max(20, width - longest - GAP)))
      const indent = `\n${' '.repeat(longest + GAP)}`
      return `${pad(name, longest)}${' '.repeat(GAP)}${lines.join(indent)}`.trimEnd()
    })
    .join('\n')
    .concat('\n')
}

/** Breaks at spaces where there are some. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (Bun.stringWidth(rest) > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > width / 3 ? space : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(space > width / 3 ? end + 1 : end)
  }
  return [...lines, rest]
}
