import type { Command } from 'commander'
import type { PageOptions } from '../../client/admin/page-query.ts'
import type { Page } from '../../client/graphql.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'
import { createProgress } from '../progress.ts'
import { count } from './option-values.ts'
import { type ListLook, showList } from './show-list.ts'

export interface PageFlags {
  filter?: string
  order?: string
  limit?: number
  offset?: number
  watch?: boolean
}

/** The options of every list that has pages. */
export const addPageOptions = (command: Command, examples: { filter: string; order: string }): Command =>
  command
    .option('--filter <EXPR>', `such as ${examples.filter}`)
    .option('--order <FIELDS>', `such as ${examples.order}`)
    .option('--limit <COUNT>', 'at most this many; all by default', count)
    .option('--offset <COUNT>', 'skip this many', count)
    .option('-w, --watch', 'print again at every change')

type Read<T> = (part: PageOptions, signal: AbortSignal) => Promise<Page<T>>

/** Between two looks of --watch: no event tells of what administrators change. */
const WATCH_MS = 2000

/** Reads the pages that were asked for, and prints them as one list; with --watch again whenever it is another. */
export async function showPages<T>(
  context: CommandContext,
  flags: PageFlags,
  read: Read<T>,
  look: ListLook<T>,
): Promise<number> {
  let shown = ''
  while (true) {
    const page = await readPages(context, flags, read)
    const text = JSON.stringify(page)
    if (text !== shown) print(context, flags, page, look)
    shown = text
    if (!flags.watch) return EXIT.ok
    await context.io.sleep(WATCH_MS, context.signal)
  }
}

function print<T>(
  context: CommandContext,
  flags: PageFlags,
  { items, totalCount }: Page<T>,
  look: ListLook<T>,
): void {
  const { out, io } = context
  if (flags.watch && !out.isJson && io.stdout.isTTY) io.stdout.write('\u001B[H\u001B[2J')
  showList(context, items, look, { totalCount, isPaged: !flags.watch })
  const rest = totalCount - (flags.offset ?? 0) - items.length
  if (rest > 0) out.info(`${rest} more; --limit and --offset show them.`)
}

/** The most that a server gives at once. */
const PAGE = 100

async function readPages<T>(context: CommandContext, flags: PageFlags, read: Read<T>): Promise<Page<T>> {
  const isSilent = context.out.isJson || flags.watch === true || !context.io.stderr.isTTY
  const progress = createProgress(context.io, { isSilent })
  const wanted = flags.limit ?? Number.POSITIVE_INFINITY
  const items: T[] = []
  try {
    while (true) {
      const limit = Math.min(PAGE, wanted - items.length)
      const offset = (flags.offset ?? 0) + items.length
      const page = await read({ filter: flags.filter, order: flags.order, limit, offset }, context.signal)
      items.push(...page.items)
      const isOver = offset + page.items.length >= page.totalCount || items.length >= wanted
      if (page.items.length === 0 || isOver) return { items, totalCount: page.totalCount }
      progress.step(`${items.length} of ${Math.min(page.totalCount, wanted)}`)
    }
  } finally {
    progress.stop()
  }
}
