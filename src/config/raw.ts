/** The configuration before validation, as TOML gives it. */
export type RawTable = { [key: string]: unknown }

/** One value and the place that set it. */
export interface RawEntry {
  readonly path: readonly string[]
  readonly value: unknown
  /** A file's path, `environment NAME`, or `option --name`. */
  readonly source: string
  /** The key as that place spells it, where it differs from the path. */
  readonly spelled?: string
}

export const isTable = (value: unknown): value is RawTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** The values of a table, leaf by leaf; an empty table is a leaf of its own, so that an unknown one is noticed. */
export function entriesOfTable(table: RawTable, source: string, prefix: readonly string[] = []): RawEntry[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const path = [...prefix, key]
    if (isTable(value) && Object.keys(value).length > 0) return entriesOfTable(value, source, path)
    return [{ path, value: value instanceof Date ? value.toISOString() : value, source }]
  })
}
