import { isTable, type RawEntry, type RawTable } from './raw.ts'
import { parseAddress } from './value/address.ts'

export interface Merged {
  readonly table: RawTable
  /** The entry that set the value at a dotted path. */
  readonly origins: ReadonlyMap<string, RawEntry>
}

/** Lays entries over each other, later ones on top. */
export function mergeEntries(entries: readonly RawEntry[]): Merged {
  const table: RawTable = {}
  const origins = new Map<string, RawEntry>()
  for (const entry of entries) {
    setAt(table, entry.path, entry.value)
    // Anew, so that the order is that of the settings.
    origins.delete(entry.path.join('.'))
    origins.set(entry.path.join('.'), entry)
  }
  return { table, origins }
}

/** Who set a key or a part of it last, e.g. `command line`; null when nobody did. */
export function sourceOf({ origins }: Merged, key: string): string | null {
  const found = [...origins].filter(([path]) => path === key || path.startsWith(`${key}.`))
  return found.at(-1)?.[1].source ?? null
}

function setAt(table: RawTable, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path
  if (head === undefined) return
  const existing = Object.hasOwn(table, head) ? table[head] : undefined
  if (rest.length > 0) {
    const inner = isTable(existing) ? existing : splitAddress(existing)
    define(table, head, inner)
    setAt(inner, rest, value)
    return
  }
  if (isTable(value) && Object.keys(value).length === 0 && isTable(existing)) return
  // ":9000" over { host = … } changes the port alone.
  const parts = isTable(existing) && typeof value === 'string' ? parseAddress(value) : null
  define(table, head, parts ? { ...(existing as RawTable), ...parts } : value)
}

const splitAddress = (value: unknown): RawTable =>
  typeof value === 'string' ? { ...(parseAddress(value) ?? {}) } : {}

/** Own property whatever the key is called, `__proto__` included. */
function define(table: RawTable, key: string, value: unknown): void {
  Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true })
}
