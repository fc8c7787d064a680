import { and, desc, eq, inArray, type SQL } from 'drizzle-orm'
import { toNumber } from '../../../core/amount.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import { amountOf, NO_SLOTS, slotsFromJson, slotsToJson } from '../../../core/slots.ts'
import { KERNEL_STATUSES, OCCUPYING_KERNEL_STATUSES } from '../../../core/status.ts'
import type { AgentStatus } from '../../../db/tables/resources.ts'
import { modifyAgent } from '../../services/agents/modify-agent.ts'
import { allowedScalingGroups } from '../../services/allowed-scaling-groups.ts'
import type { AgentRow } from '../../services/rows.ts'
import { requireSuperadmin } from './access.ts'
import sdl from './agent.graphql' with { type: 'text' }
import type { GraphContext, PageArgs } from './context.ts'
import { defineLoader } from './define-loader.ts'
import { agentStats, groupsOfUser, type KernelBrief, kernelColumns, occupancyOfAgent } from './loaders.ts'
import { outcome } from './outcome.ts'
import { askedOrder, counted, countOf, pageBounds } from './page.ts'
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

type AgentArgs = AgentFilter & { filter?: string | null; order?: string | null }
type AgentPageArgs = AgentFilter & PageArgs & { order_key?: string | null; order_asc?: boolean | null }

function agentQuery({ ports }: GraphContext, args: AgentArgs, bound: SQL | undefined = undefined) {
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
      bound,
      args.scaling_group ? eq(t.scalingGroup, args.scaling_group) : undefined,
      statuses ? inArray(t.status, statuses) : undefined,
      filterCondition(ports.store.dialect, columns, args.filter),
    ),
    orderBy: orderTerms(columns, askedOrder(args), [desc(t.firstContact), desc(t.id)]),
  }
}

async function agentPage(context: GraphContext, args: AgentPageArgs, bound?: SQL) {
  const { db, tables } = context.ports.store
  const { where, orderBy } = agentQuery(context, args, bound)
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

async function oneAgent({ ports }: GraphContext, id: string, bound?: SQL): Promise<AgentRow> {
  const { agents } = ports.store.tables
  const [row] = await ports.store.db
    .select()
    .from(agents)
    .where(and(eq(agents.id, id), bound))
  if (!row) throw notFound('agent instance')
  return row
}

/** Agents that the requester may know of: those of resource groups where they may run sessions. @throws Problem */
async function shownAgents(context: GraphContext): Promise<SQL | undefined> {
  const { requester, ports, hideAgents } = context
  if (requester.isSuperadmin) return undefined
  if (hideAgents) throw new Problem('generic-forbidden', { msg: 'Agents are not shown to users here.' })
  const projects = await groupsOfUser(context, requester.userUuid)
  const allowed = await allowedScalingGroups(ports.store, {
    domainName: requester.domainName,
    groupIds: projects.map(({ id }) => id),
    accessKey: requester.accessKey,
  })
  const names = allowed.map(({ name }) => name)
  return inArray(ports.store.tables.agents.scalingGroup, names)
}

interface ContainersKey {
  agent: string
  status: string | null
}

const containersOfAgent = defineLoader(async ({ store }, keys: readonly ContainersKey[]) => {
  const { kernels: t } = store.tables
  const result = new Map<ContainersKey, KernelBrief[]>()
  for (const [status, some] of Map.groupBy(keys, (key) => key.status)) {
    const statuses = readStatuses(status, KERNEL_STATUSES) ?? OCCUPYING_KERNEL_STATUSES
    const ids = some.map(({ agent }) => agent)
    const rows: KernelBrief[] = await store.db
      .select(kernelColumns(t))
      .from(t)
      .where(and(inArray(t.agent, ids), inArray(t.status, statuses)))
      .orderBy(desc(t.createdAt))
    const found = Map.groupBy(rows, (row) => row.agent)
    for (const key of some) result.set(key, found.get(key.agent) ?? [])
  }
  return result
})

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
    agent_summary: async (_, args, context) =>
      await oneAgent(context, args.agent_id, await shownAgents(context)),
    agent_summary_list: async (_, args, context) =>
      await agentPage(context, args, await shownAgents(context)),
  },
  mutations: {
    modify_agent: (_, { id, props }, context) => {
      requireSuperadmin(context)
      return outcome(context, () => modifyAgent(context.ports, id, props))
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
      compute_containers: async (row, { status }, context) =>
        (await containersOfAgent(context, { agent: row.id, status: status ?? null })) ?? [],
    },
    AgentSummary: { occupied_slots: shownOccupied },
  },
} satisfies GraphResource
