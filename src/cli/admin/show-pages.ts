import type { Command } from 'commander'
import type { PageOptions } from '../../client/admin/page-query.ts'
import type { Page } from '../../client/graphql.ts'
import type { CommandContext } from '../command-context.ts'
import { createProgress } from '../progress.ts'
import { count } from './option-values.ts'
import { type ListLook, showList } from './show-list.ts'

export interface PageFlags {
  filter?: string
  order?: string
  limit?: number
  offset?: number
}

/** The options of every list that has pages. */
export const addPageOptions = (command: Command, examples: { filter: string; order: string }): Command =>
  command
    .option('--filter <EXPR>', `such as ${examples.filter}`)
    .option('--order <FIELDS>', `such as ${examples.order}`)
    .option('--limit <COUNT>', 'at most this many; all by default', count)
    .option('--offset <COUNT>', 'skip this many', count)

type Read<T> = (part: PageOptions, signal: AbortSignal) => Promise<Page<T>>

/** Reads the pages that were asked for, and prints them as one list. */
export async function showPages<T>(
  context: CommandContext,
  flags: PageFlags,
  read: Read<T>,
  look: ListLook<T>,
): Promise<number> {
  const { items, totalCount } = await readPages(context, flags, read)
  const code = showList(context, items, look, totalCount)
  const rest = totalCount - (flags.offset ?? 0) - items.length
  if (rest > 0) context.out.info(`${rest} more; --limit and --offset show them.`)
  return code
}

/** The most that a server gives at once. */
const PAGE = 100

async function readPages<T>(context: CommandContext, flags: PageFlags, read: Read<T>): Promise<Page<T>> {
  const progress = createProgress(context.io, { isSilent: context.out.isJson || !context.io.stderr.isTTY })
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
