import type { ConfigTree, SharedConfig } from '../../config/shared.ts'
import { configChanged } from '../../events/catalog/cluster.ts'
import type { ManagerPorts } from '../context.ts'

/** Values older than this are read again, should an event have been lost. */
const TTL_MS = 5000

/** The shared configuration with what was read lately remembered until it changes, for paths that read it each time. */
export interface CachedConfig extends SharedConfig {
  connect(): Promise<AsyncDisposable>
}

export function createCachedConfig(ports: Pick<ManagerPorts, 'config' | 'bus' | 'clock'>): CachedConfig {
  const { config, bus, clock } = ports
  const kept = new Map<string, { until: number; value: Promise<string | null | ConfigTree> }>()
  let heard = false

  const remember = <T extends string | null | ConfigTree>(
    key: string,
    read: () => Promise<T>,
  ): Promise<T> => {
    // Without events nothing tells of changes.
    if (!heard) return read()
    const now = clock.now()
    const before = kept.get(key)
    if (before && before.until > now) return before.value as Promise<T>
    const value = read()
    kept.set(key, { until: now + TTL_MS, value })
    value.catch(() => kept.delete(key))
    return value
  }
  const changing = async (write: () => Promise<void>) => {
    await write()
    kept.clear()
  }

  return {
    get: (key) => remember(`=${key}`, () => config.get(key)),
    getPrefix: (prefix) => remember(`/${prefix}`, () => config.getPrefix(prefix)),
    set: (key, value) => changing(() => config.set(key, value)),
    setIfAbsent: (key, value) => changing(() => config.setIfAbsent(key, value)),
    setTree: (prefix, tree) => changing(() => config.setTree(prefix, tree)),
    delete: (key, options) => changing(() => config.delete(key, options)),
    revision: () => config.revision(),
    async connect() {
      const subscription = await bus.subscribe([configChanged], () => kept.clear(), {
        onDropped: () => kept.clear(),
      })
      heard = true
      return {
        async [Symbol.asyncDispose]() {
          heard = false
          kept.clear()
          await subscription[Symbol.asyncDispose]()
        },
      }
    },
  }
}
