import type { GraphQl, Page } from '../graphql.ts'
import { type PageOptions, pageArguments, pageBounds } from './page-query.ts'
import { selection } from './selection.ts'

/** A storage host `PROXY:VOLUME`; metadata and metrics are JSON texts as the server gives them. */
export interface StorageVolume {
  id: string
  backend: string
  fsprefix: string
  path: string
  capabilities: string[]
  hardware_metadata: string | null
  performance_metric: string | null
  usage: string | null
}

const LIST_FIELDS = ['id', 'backend', 'capabilities'] as const satisfies readonly (keyof StorageVolume)[]
type ListFields = (typeof LIST_FIELDS)[number]

const FIELDS = [
  ...LIST_FIELDS,
  'path',
  'fsprefix',
  'hardware_metadata',
  'performance_metric',
  'usage',
] as const satisfies readonly (keyof StorageVolume)[]
type Fields = (typeof FIELDS)[number]

export interface StorageVolumes {
  list<K extends keyof StorageVolume = ListFields>(
    query?: PageOptions & { fields?: readonly K[] },
    signal?: AbortSignal,
  ): Promise<Page<Pick<StorageVolume, K>>>
  /** Null when there is none. */
  detail<K extends keyof StorageVolume = Fields>(
    id: string,
    fields?: readonly K[],
  ): Promise<Pick<StorageVolume, K> | null>
  /** Every permission on a storage host that there is. */
  permissions(): Promise<string[]>
}

export const createStorageVolumes = (graphql: GraphQl): StorageVolumes => ({
  list: (query = {}, signal) =>
    graphql.page(
      {
        root: 'storage_volume_list',
        fields: selection(query.fields ?? LIST_FIELDS),
        args: pageArguments(query),
        ...pageBounds(query),
      },
      signal,
    ),
  detail: (id, fields) =>
    graphql.read({
      root: 'storage_volume',
      fields: selection(fields ?? FIELDS),
      args: { id: ['String!', id] },
    }),
  async permissions() {
    const all = await graphql.read<{ vfolder_host_permission_list: string[] }>({
      root: 'vfolder_host_permissions',
      fields: ['vfolder_host_permission_list'],
    })
    return all.vfolder_host_permission_list
  },
})
