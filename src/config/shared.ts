/**
 * The shared configuration tree (architecture, decision 3; keys in spec/config.md §1): slash paths such as
 * `config/docker/image/auto_pull`. A value stored both on a key and on children appears as child "".
 */
export type ConfigTree = { [key: string]: string | ConfigTree }

export interface SharedConfig {
  get(key: string): Promise<string | null>
  /** The subtree below `prefix`, empty when there is none. */
  getPrefix(prefix: string): Promise<ConfigTree>
  set(key: string, value: string): Promise<void>
  /** Writes a tree below `prefix` in one transaction. */
  setTree(prefix: string, tree: ConfigTree): Promise<void>
  /** Deletes a key, or all below it. */
  delete(key: string, options: { prefix: boolean }): Promise<void>
  /** Grows with each write. */
  revision(): Promise<number>
}
