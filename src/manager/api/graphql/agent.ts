import { and, desc, eq, inArray } from 'drizzle-orm'
import { toNumber } from '../../../core/amount.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import { amountOf, NO_SLOTS, slotsFromJson, slotsToJson } from '../../../core/slots.ts'
import { KERNEL_STATUSES, OCCUPYING_KERNEL_STATUSES } from '../../../core/status.ts'
import type { AgentStatus } from '../../../db/tables/resources.ts'
import type { AgentRow } from '../../services/rows.ts'
import { requireSuperadmin } from './access.ts'
import sdl from './agent.graphql' with { type: 'text' }
import type { GraphContext, PageArgs } from './context.ts'
import { agentStats, kernelColumns, occupancyOfAgent } from './loaders.ts'
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import { readStatuses } from './statuses.ts'

const AGENT_STATUSES: readonly AgentStatus[] = ['ALIVE', 'LOST', 'RESTARTING', 'TERMINATED']
const MIB = 2 ** 20
const HARDWARE_TIMEOUT_MS = 5000

interface AgentFilter {
  scaling_group?: string | null
  status?: string | null
}

function agentQuery({ ports }: GraphContext, args: AgentFilter & Partial<PageArgs>) {
  const { agents: t } = ports.store.tables
  const columns: QueryColumns = {
    id: { column: t.id, kind: 'text' },
    status: { column: t.status, kind: 'upper' },
    status_changed: { column: t.statusChanged, kind: 'time' },
    region: { column: t.region, kind: 'text' },
    scaling_group: { column: t.scalingGroup, kind: 'text' },
    schedulable: { column: t.schedulable, kind: 'boolean' },
    addr: { column: t.addr, kind: 'text' },
    first_contact: { column: t.firstContact, kind: 'time' },
    lost_at: { column: t.lostAt, kind: 'time' },
    version: { column: t.version, kind: 'text' },
    architecture: { column: t.architecture, kind: 'text' },
  }
  const statuses = readStatuses(args.status, AGENT_STATUSES)
  return {
    where: and(
      args.scaling_group ? eq(t.scalingGroup, args.scaling_group) : undefined,
      statuses ? inArray(t.status, statuses) : undefined,
      filterCondition(ports.store.dialect, columns, args.filter),
    ),
    orderBy: orderTerms(columns, args.order, [desc(t.firstContact), desc(t.id)]),
  }
}

async function agentPage(context: GraphContext, args: AgentFilter & PageArgs) {
  const { db, tables } = context.ports.store
  const { where, orderBy } = agentQuery(context, args)
  const { limit, offset } = pageBounds(args)
  return {
    total_count: await countOf(db.select(counted).from(tables.agents).where(where)),
    items: await db
      .select()
      .from(tables.agents)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit)
      .offset(offset),
  }
}

async function oneAgent({ ports }: GraphContext, id: string): Promise<AgentRow> {
  const { agents } = ports.store.tables
  const [row] = await ports.store.db.select().from(agents).where(eq(agents.id, id))
  if (!row) throw notFound('agent instance')
  return row
}

function requireAgentsShown({ requester, hideAgents }: GraphContext): void {
  if (hideAgents && !requester.isSuperadmin) {
    throw new Problem('generic-forbidden', { msg: 'Agents are not shown to users here.' })
  }
}

const occupiedSlots = async (row: AgentRow, context: GraphContext) =>
  (await occupancyOfAgent(context, row.id))?.slots ?? NO_SLOTS

async function shownOccupied(row: AgentRow, _: unknown, context: GraphContext) {
  return slotsToJson(await occupiedSlots(row, context))
}

const total = (row: AgentRow, slot: string): number =>
  toNumber(amountOf(slotsFromJson(row.availableSlots), slot))
const used = async (row: AgentRow, slot: string, context: GraphContext): Promise<number> =>
  toNumber(amountOf(await occupiedSlots(row, context), slot))

/** `node.<metric>.<part>` of the newest statistics; 0 while there are none. */
async function nodeMetric(row: AgentRow, metric: string, part: string, context: GraphContext) {
  let value: unknown = await agentStats(context, row.id)
  for (const key of ['node', metric, part]) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  const number = Number(value)
  return Number.isFinite(number) ? number : 0
}

export const agent = {
  sdl,
  queries: {
    agent: (_, args, context) => {
      requireSuperadmin(context)
      return oneAgent(context, args.agent_id)
    },
    agent_list: (_, args, context) => {
      requireSuperadmin(context)
      return agentPage(context, args)
    },
    agents: async (_, args, context) => {
      requireSuperadmin(context)
      const { where, orderBy } = agentQuery(context, args)
      const { db, tables } = context.ports.store
      return await db
        .select()
        .from(tables.agents)
        .where(where)
        .orderBy(...orderBy)
    },
    agent_summary: (_, args, context) => {
      requireAgentsShown(context)
      return oneAgent(context, args.agent_id)
    },
    agent_summary_list: (_, args, context) => {
      requireAgentsShown(context)
      return agentPage(context, args)
    },
  },
  types: {
    Agent: {
      occupied_slots: shownOccupied,
      live_stat: (row, _, context) => agentStats(context, row.id),
      hardware_metadata: async (row, _, { ports }) => {
        if (row.status !== 'ALIVE') return null
        try {
          return await ports.agents.call(row.id, 'hardwareInfo', {}, { timeoutMs: HARDWARE_TIMEOUT_MS })
        } catch (error) {
          ports.log.debug({ err: error, agentId: row.id }, 'no hardware information')
          return null
        }
      },
      local_config: () => ({}),
      container_count: async (row, _, context) => (await occupancyOfAgent(context, row.id))?.containers ?? 0,
      mem_slots: (row) => Math.floor(total(row, 'mem') / MIB),
      cpu_slots: (row) => total(row, 'cpu'),
      gpu_slots: (row) => total(row, 'cuda.device'),
      tpu_slots: (row) => total(row, 'tpu.device'),
      used_mem_slots: async (row, _, context) => Math.floor((await used(row, 'mem', context)) / MIB),
      used_cpu_slots: (row, _, context) => used(row, 'cpu', context),
      used_gpu_slots: (row, _, context) => used(row, 'cuda.device', context),
      used_tpu_slots: (row, _, context) => used(row, 'tpu.device', context),
      cpu_cur_pct: (row, _, context) => nodeMetric(row, 'cpu_util', 'pct', context),
      mem_cur_bytes: (row, _, context) => nodeMetric(row, 'mem', 'current', context),
      compute_containers: async (row, args, { ports }) => {
        const { db, tables } = ports.store
        const statuses = readStatuses(args.status, KERNEL_STATUSES) ?? OCCUPYING_KERNEL_STATUSES
        return await db
          .select(kernelColumns(tables.kernels))
          .from(tables.kernels)
          .where(and(eq(tables.kernels.agent, row.id), inArray(tables.kernels.status, statuses)))
          .orderBy(desc(tables.kernels.createdAt))
      },
    },
    AgentSummary: { occupied_slots: shownOccupied },
  },
} satisfies GraphResource
