import type { GraphQl, Page } from './graphql.ts'

/** An agent; slots and statistics are JSON texts as the server gives them. */
export interface AgentItem {
  id: string
  status: string
  architecture: string
  scaling_group: string | null
  region: string | null
  first_contact: string | null
  cpu_cur_pct: number | null
  mem_cur_bytes: number | null
  available_slots: string
  occupied_slots: string
}

export interface AgentDetail extends Omit<AgentItem, 'scaling_group' | 'mem_cur_bytes'> {
  hardware_metadata: string | null
  live_stat: string | null
  local_config: string | null
}

export interface Agents {
  list(query?: {
    /** Default ALIVE. */
    status?: string
    scalingGroup?: string
    filter?: string
    order?: string
    limit?: number
    offset?: number
  }): Promise<Page<AgentItem>>
  detail(agentId: string): Promise<AgentDetail | null>
}

const COMMON = ['id', 'status', 'architecture', 'region', 'first_contact', 'cpu_cur_pct']
const SLOTS = ['available_slots', 'occupied_slots']

export const createAgents = (graphql: GraphQl): Agents => ({
  list: (query = {}) =>
    graphql.page<AgentItem>({
      root: 'agent_list',
      fields: [...COMMON, 'scaling_group', 'mem_cur_bytes', ...SLOTS],
      args: {
        status: ['String', query.status ?? 'ALIVE'],
        scaling_group: ['String', query.scalingGroup ?? null],
        filter: ['String', query.filter ?? null],
        order: ['String', query.order ?? null],
      },
      limit: query.limit ?? 100,
      offset: query.offset ?? 0,
    }),
  async detail(agentId) {
    const fields = [...COMMON, ...SLOTS, 'hardware_metadata', 'live_stat', 'local_config'].join(' ')
    const document = `query($agent_id: String!) { agent(agent_id: $agent_id) { ${fields} } }`
    const data = await graphql.query<{ agent: AgentDetail | null }>(document, { agent_id: agentId })
    return data.agent
  },
})
