import { count } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { PageArgs } from './context.ts'

/** Rows of one answer, at most. */
export const MAX_PAGE = 1000

/** Bounds of a page. @throws Problem */
export function pageBounds({ limit, offset }: PageArgs): { limit: number; offset: number } {
  if (limit < 0 || offset < 0) {
    throw new Problem('invalid-api-params', { msg: 'limit and offset must not be negative.', data: {} })
  }
  return { limit: Math.min(limit, MAX_PAGE), offset }
}

/** The order that a list's arguments ask for: `order`, else the older `order_key` and `order_asc`. */
export function askedOrder(args: {
  order?: string | null
  order_key?: string | null
  order_asc?: boolean | null
}): string | null {
  if (args.order?.trim() || !args.order_key) return args.order ?? null
  return `${args.order_asc === false ? '-' : '+'}${args.order_key}`
}

/** The number of rows of `select count(*) …`. */
export const counted = { n: count() }
export const countOf = async (query: PromiseLike<{ n: number }[]>): Promise<number> =>
  (await query)[0]?.n ?? 0
