import type { Connection } from './connection.ts'
import type { GraphQl, Page } from './graphql.ts'
import type { FolderHosts, FolderSummary } from './vfolder-types.ts'

/** Which folders a list shows: all that one may see, own ones, those shared by others, those of projects. */
export type FolderScope = 'all' | 'own' | 'invited' | 'project'

export interface FolderListQuery {
  scope?: FolderScope
  /** Id of a project; with scope `all` only. */
  groupId?: string
  /** `name == "data" & status == "ready"` */
  filter?: string
  /** `+name,-created_at` */
  order?: string
  fields?: readonly string[]
  limit?: number
  offset?: number
}

/** An item holds the fields that were asked for, by their GraphQL names. */
export type FolderItem = Record<string, unknown>

export const FOLDER_FIELDS = [
  'id',
  'host',
  'name',
  'created_at',
  'creator',
  'group',
  'permission',
  'ownership_type',
  'status',
] as const

export interface FolderList {
  page(query?: FolderListQuery, signal?: AbortSignal): Promise<Page<FolderItem>>
  /** Every folder at once, by REST; `isAll` is for administrators. */
  list(
    query?: { isAll?: boolean; groupId?: string; ownerEmail?: string },
    signal?: AbortSignal,
  ): Promise<FolderSummary[]>
  /** Storage hosts where one may have folders. */
  hosts(groupId?: string): Promise<FolderHosts>
  /** `user`, `group`: whose folders may be. */
  allowedTypes(): Promise<string[]>
}

const ROOTS: Record<FolderScope, string> = {
  all: 'vfolder_list',
  own: 'vfolder_own_list',
  invited: 'vfolder_invited_list',
  project: 'vfolder_project_list',
}

export const createFolderList = (connection: Connection, graphql: GraphQl): FolderList => ({
  page: (query = {}, signal) =>
    graphql.page<FolderItem>(
      {
        root: ROOTS[query.scope ?? 'all'],
        fields: query.fields ?? FOLDER_FIELDS,
        args: {
          ...((query.scope ?? 'all') === 'all' ? { group_id: ['UUID', query.groupId ?? null] } : {}),
          filter: ['String', query.filter ?? null],
          order: ['String', query.order ?? null],
        },
        limit: query.limit ?? 20,
        offset: query.offset ?? 0,
      },
      signal,
    ),
  list: (query = {}, signal) =>
    connection.json<FolderSummary[]>({
      method: 'GET',
      path: ['folders'],
      query: {
        all: query.isAll ? 'true' : undefined,
        group_id: query.groupId,
        owner_user_email: query.ownerEmail,
      },
      signal,
    }),
  hosts: (groupId) =>
    connection.json<FolderHosts>({
      method: 'GET',
      path: ['folders', '_', 'hosts'],
      query: { group_id: groupId },
    }),
  allowedTypes: () => connection.json<string[]>({ method: 'GET', path: ['folders', '_', 'allowed-types'] }),
})
