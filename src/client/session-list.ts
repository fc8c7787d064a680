import type { SessionStatus } from '../core/status.ts'
import type { GraphQl, Page } from './graphql.ts'

export interface SessionListQuery {
  statuses?: readonly SessionStatus[]
  /** Of one owner; administrators see everybody's without it. */
  accessKey?: string
  /** `status == "RUNNING" & type == "batch"` */
  filter?: string
  /** `+name,-created_at` */
  order?: string
  fields?: readonly string[]
  limit?: number
  offset?: number
}

/** An item holds the fields that were asked for, by their GraphQL names. */
export type SessionItem = Record<string, unknown>

export const SESSION_FIELDS = [
  'name',
  'id',
  'main_kernel_id',
  'image',
  'type',
  'status',
  'status_info',
  'status_changed',
  'result',
] as const

const DETAIL_FIELDS = [
  ...SESSION_FIELDS,
  'group_name',
  'tag',
  'created_at',
  'terminated_at',
  'status_data',
  'occupying_slots',
  'idle_checks',
]
const CONTAINER_FIELDS = [
  'id',
  'cluster_role',
  'cluster_idx',
  'cluster_hostname',
  'session_id',
  'image',
  'registry',
  'status',
  'status_info',
  'status_changed',
  'agent',
  'container_id',
  'resource_opts',
  'occupied_slots',
  'live_stat',
  'last_stat',
]

export interface SessionList {
  list(query?: SessionListQuery, signal?: AbortSignal): Promise<Page<SessionItem>>
  /** Living or ended; null when there is none, or it is not visible. */
  detail(sessionId: string, signal?: AbortSignal): Promise<SessionItem | null>
}

export function createSessionList(graphql: GraphQl): SessionList {
  return {
    list: (query = {}, signal) =>
      graphql.page<SessionItem>(
        {
          root: 'compute_session_list',
          fields: query.fields ?? SESSION_FIELDS,
          args: {
            status: ['String', query.statuses?.join(',') ?? null],
            access_key: ['String', query.accessKey ?? null],
            filter: ['String', query.filter ?? null],
            order: ['String', query.order ?? null],
          },
          limit: query.limit ?? 20,
          offset: query.offset ?? 0,
        },
        signal,
      ),
    async detail(sessionId, signal) {
      const selection = `${DETAIL_FIELDS.join(' ')} containers { ${CONTAINER_FIELDS.join(' ')} } dependencies { name id }`
      const document = `query($id: UUID!) { compute_session(id: $id) { ${selection} } }`
      const data = await graphql.query<{ compute_session: SessionItem | null }>(
        document,
        { id: sessionId },
        signal,
      )
      return data.compute_session
    },
  }
}
