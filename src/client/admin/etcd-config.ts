import type { Connection } from '../connection.ts'

/** The cluster's shared configuration by its keys; superadmins only, but for slots and folder types. */
export interface EtcdConfig {
  /** Slot name → unit (`count`, `bytes`…). */
  resourceSlots(): Promise<Record<string, string>>
  /** `user`, `group`: whose folders there may be. */
  vfolderTypes(): Promise<string[]>
  /** Name → settings of each registry. */
  dockerRegistries(): Promise<Record<string, unknown>>
  /** A text, or with `prefix` a tree of what is below the key; null when there is nothing. */
  get(key: string, options?: { prefix?: boolean | undefined }): Promise<unknown>
  /** Objects become a tree below the key. */
  set(key: string, value: unknown): Promise<void>
  /** With `prefix` everything below the key too. */
  delete(key: string, options?: { prefix?: boolean | undefined }): Promise<void>
}

export function createEtcdConfig(connection: Connection): EtcdConfig {
  const post = <T>(action: string, json: object): Promise<T> =>
    connection.json<T>({ method: 'POST', path: ['config', action], json, isIdempotent: true })
  return {
    resourceSlots: () => connection.json({ method: 'GET', path: ['config', 'resource-slots'] }),
    vfolderTypes: () => connection.json({ method: 'GET', path: ['config', 'vfolder-types'] }),
    dockerRegistries: () => connection.json({ method: 'GET', path: ['config', 'docker-registries'] }),
    async get(key, options = {}) {
      const body = await post<{ result?: unknown }>('get', { key, prefix: options.prefix ?? false })
      return body.result ?? null
    },
    async set(key, value) {
      await post('set', { key, value })
    },
    async delete(key, options = {}) {
      await post('delete', { key, prefix: options.prefix ?? false })
    },
  }
}
