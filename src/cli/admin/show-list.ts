import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'
import type { Cell } from './cells.ts'

export interface ListLook<T> {
  cells: readonly Cell<T>[]
  /** Said when there is nothing: `There are no domains.` */
  none: string
}

/** Prints a whole list: a table, or `{items, total_count}`. */
export function showList<T>(
  { out, io }: CommandContext,
  items: readonly T[],
  look: ListLook<T>,
  { totalCount = items.length, isPaged = true } = {},
): number {
  if (out.isJson) {
    out.json({ items, total_count: totalCount })
    return EXIT.ok
  }
  if (items.length === 0) {
    out.info(look.none)
    return EXIT.ok
  }
  const now = io.now()
  out.table(
    look.cells,
    items.map((item) => look.cells.map((cell) => cell.show(item, now))),
    { isPaged },
  )
  return EXIT.ok
}
