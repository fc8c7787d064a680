import type { ConfigTree } from '../core/config-tree.ts'

export type { ConfigTree }

/**
 * The shared configuration tree (architecture, decision 3; keys in spec/config.md §1): slash paths such as
 * `config/docker/image/auto_pull`, whose parts are URL-quoted; in a `ConfigTree` they are not.
 * A value stored both on a key and on children appears as child "".
 */
export interface SharedConfig {
  get(key: string): Promise<string | null>
  /** The subtree below `prefix`, empty when there is none; "" is everything. */
  getPrefix(prefix: string): Promise<ConfigTree>
  set(key: string, value: string): Promise<void>
  /** Writes only where there is no value; of several writers at once, one wins. */
  setIfAbsent(key: string, value: string): Promise<void>
  /** Writes a tree below `prefix` in one transaction; what it does not name stays. */
  setTree(prefix: string, tree: ConfigTree): Promise<void>
  /** Deletes a key, or with `prefix` the key and all below it. */
  delete(key: string, options: { prefix: boolean }): Promise<void>
  /** Grows with each write. */
  revision(): Promise<number>
}
