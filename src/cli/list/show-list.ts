import type { Page } from '../../client/graphql.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { splitList } from '../settings.ts'
import type { Column } from '../table.ts'
import type { ListFlags } from './list-flags.ts'

/** An item as GraphQL gives it. */
export type Item = Record<string, unknown>

/** One column of a list, and the field that it is made of. */
export interface Cell {
  field: string
  column: Column
  show?: (item: Item, now: number) => string
}

export interface ListSpec {
  cells: readonly Cell[]
  /** Fields of JSON output, where no format is asked for. */
  fields: readonly string[]
  read(
    query: { fields: readonly string[]; filter?: string; order?: string; limit: number; offset: number },
    signal: AbortSignal,
  ): Promise<Page<Item>>
  /** What is said when there is nothing. */
  empty: string
}

/** The server gives at most this many at once. */
const PAGE = 100
const WATCH_MS = 2000

/** Prints the items that the flags ask for; with --watch again whenever they are others than before. */
export async function showList(context: CommandContext, flags: ListFlags, spec: ListSpec): Promise<number> {
  const { io, signal } = context
  let shown = ''
  while (true) {
    const cells = flags.format ? splitList(flags.format).map(cellOf) : spec.cells
    const page = await readAll(context, flags, spec, cells)
    const text = JSON.stringify(page.items)
    if (text !== shown) print(context, flags, spec, cells, page)
    shown = text
    if (!flags.watch) return EXIT.ok
    await io.sleep(WATCH_MS, signal)
  }
}

function cellOf(field: string): Cell {
  if (!/^[a-z_]+$/.test(field)) throw usageError(`--format: "${field}" is no field.`)
  return { field, column: { title: field.toUpperCase(), min: 8 } }
}

async function readAll(
  { signal, out }: CommandContext,
  flags: ListFlags,
  spec: ListSpec,
  cells: readonly Cell[],
): Promise<Page<Item>> {
  const fields = out.isJson && !flags.format ? spec.fields : cells.map(({ field }) => field)
  const query = {
    fields: [...new Set(fields)],
    ...(flags.filter ? { filter: flags.filter } : {}),
    ...(flags.order ? { order: flags.order } : {}),
  }
  const items: Item[] = []
  while (true) {
    const limit = Math.min(PAGE, flags.limit - items.length)
    const offset = flags.offset + items.length
    const page = await spec.read({ ...query, limit, offset }, signal)
    items.push(...page.items)
    const isOver = page.items.length === 0 || items.length >= flags.limit
    if (isOver || offset + page.items.length >= page.totalCount) return { items, totalCount: page.totalCount }
  }
}

function print(
  { out, io }: CommandContext,
  flags: ListFlags,
  spec: ListSpec,
  cells: readonly Cell[],
  { items, totalCount }: Page<Item>,
): void {
  if (out.isJson) {
    out.json({ items, total_count: totalCount })
    return
  }
  if (flags.watch && io.stdout.isTTY) io.stdout.write('\u001B[H\u001B[2J')
  if (items.length === 0) {
    out.info(spec.empty)
    return
  }
  const now = io.now()
  out.table(
    cells.map(({ column }) => column),
    items.map((item) => cells.map((cell) => cell.show?.(item, now) ?? fieldText(item[cell.field]))),
    { isPaged: !flags.watch },
  )
  const rest = totalCount - flags.offset - items.length
  if (rest > 0) out.info(`${rest} more; --limit and --offset show them.`)
}

/** A value of a cell, for people. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
