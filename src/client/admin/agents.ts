import type { GraphQl, Page } from '../graphql.ts'
import { type PageOptions, pageArguments, pageBounds } from './page-query.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

/** An agent; slots, statistics and metadata are JSON texts as the server gives them. */
export interface Agent {
  id: string
  /** `ALIVE`, `LOST`, `RESTARTING` or `TERMINATED`. */
  status: string
  status_changed: string | null
  region: string | null
  scaling_group: string | null
  /** Whether new sessions may come. */
  schedulable: boolean
  available_slots: string
  occupied_slots: string
  addr: string
  architecture: string
  first_contact: string | null
  lost_at: string | null
  live_stat: string | null
  version: string
  compute_plugins: string | null
  hardware_metadata: string | null
  auto_terminate_abusing_kernel: boolean
  local_config: string | null
  container_count: number | null
  cpu_cur_pct: number | null
  mem_cur_bytes: number | null
}

const COMMON_FIELDS = [
  'id',
  'status',
  'architecture',
  'region',
  'first_contact',
  'cpu_cur_pct',
  'available_slots',
  'occupied_slots',
] as const satisfies readonly (keyof Agent)[]

const LIST_FIELDS = [
  ...COMMON_FIELDS,
  'scaling_group',
  'mem_cur_bytes',
] as const satisfies readonly (keyof Agent)[]
type ListFields = (typeof LIST_FIELDS)[number]

const FIELDS = [
  ...COMMON_FIELDS,
  'hardware_metadata',
  'live_stat',
  'local_config',
] as const satisfies readonly (keyof Agent)[]
type Fields = (typeof FIELDS)[number]

/** What users may know of an agent. */
export type AgentSummary = Pick<
  Agent,
  'id' | 'status' | 'scaling_group' | 'schedulable' | 'available_slots' | 'occupied_slots' | 'architecture'
>

const SUMMARY_FIELDS = [
  'id',
  'status',
  'scaling_group',
  'schedulable',
  'available_slots',
  'occupied_slots',
  'architecture',
] as const satisfies readonly (keyof AgentSummary)[]

export interface AgentFilter {
  /** Default ALIVE. */
  status?: string | undefined
  scalingGroup?: string | undefined
}

export interface Agents {
  list<K extends keyof Agent = ListFields>(
    query?: AgentFilter & PageOptions & { fields?: readonly K[] },
    signal?: AbortSignal,
  ): Promise<Page<Pick<Agent, K>>>
  /** Null when there is none. */
  detail<K extends keyof Agent = Fields>(
    agentId: string,
    fields?: readonly K[],
  ): Promise<Pick<Agent, K> | null>
  /** For users, where the manager does not hide its agents. */
  summaries(query?: AgentFilter & PageOptions, signal?: AbortSignal): Promise<Page<AgentSummary>>
  /** Changes what is given. */
  update(
    agentId: string,
    changes: { schedulable?: boolean | undefined; scalingGroup?: string | undefined },
  ): Promise<void>
}

export function createAgents(graphql: GraphQl): Agents {
  const page = (root: string, fields: readonly string[], query: AgentFilter & PageOptions) => ({
    root,
    fields: selection(fields),
    args: {
      status: ['String', query.status ?? 'ALIVE'],
      scaling_group: ['String', query.scalingGroup ?? null],
      ...pageArguments(query),
    } as const,
    ...pageBounds(query),
  })
  return {
    list: (query = {}, signal) =>
      graphql.page(page('agent_list', query.fields ?? LIST_FIELDS, query), signal),
    summaries: (query = {}, signal) =>
      graphql.page(page('agent_summary_list', SUMMARY_FIELDS, query), signal),
    detail: (agentId, fields) =>
      graphql.read({
        root: 'agent',
        fields: selection(fields ?? FIELDS),
        args: { agent_id: ['String!', agentId] },
      }),
    async update(agentId, changes) {
      const props = ['ModifyAgentInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_agent', args: { id: ['String!', agentId], props } })
    },
  }
}
