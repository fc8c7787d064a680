import DataLoader from 'dataloader'
import type { ManagerPorts } from '../../context.ts'
import type { GraphContext } from './context.ts'

const MAX_BATCH = 500

/** Keys that are objects are equal when their JSON is. */
const cacheKey = (key: unknown): unknown => (typeof key === 'object' ? JSON.stringify(key) : key)

/**
 * A loader of values by key: each request asks for each key once, and for all keys of a tick together.
 * Keys that `load` leaves out have no value.
 *
 * @example
 * const group = defineLoader(async ({ store }, ids: readonly string[]) => byKey(await rows(store, ids), ({ id }) => id))
 * const row = await group(context, id)
 */
export function defineLoader<Key, Value>(
  load: (ports: ManagerPorts, keys: readonly Key[], context: GraphContext) => Promise<Map<Key, Value>>,
): (context: GraphContext, key: Key) => Promise<Value | undefined> {
  const loaders = new WeakMap<GraphContext, DataLoader<Key, Value | undefined, unknown>>()
  return (context, key) => {
    const loader =
      loaders.get(context) ??
      new DataLoader<Key, Value | undefined, unknown>(
        async (keys) => {
          const found = await load(context.ports, keys, context)
          return keys.map((one) => found.get(one))
        },
        { maxBatchSize: MAX_BATCH, cacheKeyFn: cacheKey },
      )
    loaders.set(context, loader)
    return loader.load(key)
  }
}

/** Rows by the key that tells them apart. */
export const byKey = <Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row> =>
  new Map(rows.map((row) => [keyOf(row), row]))
