/** Which part of a long list, and in which order. */
export interface PageOptions {
  /** `status == "active" & email like "%@example.com"` */
  filter?: string | undefined
  /** `+name,-created_at` */
  order?: string | undefined
  /** Default 100. */
  limit?: number | undefined
  offset?: number | undefined
}

/** The arguments of every paginated root field. */
export const pageArguments = (query: PageOptions) =>
  ({
    filter: ['String', query.filter ?? null],
    order: ['String', query.order ?? null],
  }) as const

export const pageBounds = (query: PageOptions): { limit: number; offset: number } => ({
  limit: query.limit ?? 100,
  offset: query.offset ?? 0,
})
