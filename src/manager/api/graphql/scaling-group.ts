import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import { NO_SLOTS, slotsFromJson, slotsToJson, sumSlots } from '../../../core/slots.ts'
import type { AgentStatus } from '../../../db/tables/resources.ts'
import {
  createResourceGroup,
  deleteResourceGroup,
  modifyResourceGroup,
} from '../../services/identity/resource-groups.ts'
import { completeSchedulerOptions } from '../../services/identity/scheduler-options.ts'
import { readUuids } from '../../services/identity/uuids.ts'
import type { ScalingGroupRow } from '../../services/rows.ts'
import { requireSuperadmin } from './access.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import { occupancyOfAgent } from './loaders.ts'
import { outcome } from './outcome.ts'
import type { GraphResource } from './resource.ts'
import sdl from './scaling-group.graphql' with { type: 'text' }
import { readStatuses } from './statuses.ts'

const AGENT_STATUSES: readonly AgentStatus[] = ['ALIVE', 'LOST', 'RESTARTING', 'TERMINATED']

async function groupsWhere(
  context: GraphContext,
  isActive: boolean | null | undefined,
  which?: SQL,
): Promise<ScalingGroupRow[]> {
  requireSuperadmin(context)
  const { scalingGroups: t } = context.ports.store.tables
  return await context.ports.store.db
    .select()
    .from(t)
    .where(and(which, typeof isActive === 'boolean' ? eq(t.isActive, isActive) : undefined))
    .orderBy(asc(t.name))
}

interface AgentsKey {
  group: string
  status: string | null
}

const agentsOf = defineLoader(async ({ store: { db, tables } }, keys: readonly AgentsKey[]) => {
  const { agents: t } = tables
  const rows = await db
    .select({ id: t.id, status: t.status, group: t.scalingGroup, available: t.availableSlots })
    .from(t)
    .where(
      inArray(
        t.scalingGroup,
        keys.map(({ group }) => group),
      ),
    )
  return new Map(
    keys.map((key) => {
      const statuses = readStatuses(key.status, AGENT_STATUSES) ?? AGENT_STATUSES
      return [key, rows.filter((row) => row.group === key.group && statuses.includes(row.status))]
    }),
  )
})

async function agentSlots(context: GraphContext, key: AgentsKey) {
  const agents = (await agentsOf(context, key)) ?? []
  const occupancies = await Promise.all(agents.map(({ id }) => occupancyOfAgent(context, id)))
  return {
    occupied_slots: slotsToJson(
      occupancies.reduce((sum, occupancy) => sumSlots(sum, occupancy?.slots ?? NO_SLOTS), NO_SLOTS),
    ),
    available_slots: slotsToJson(
      agents.reduce((sum, { available }) => sumSlots(sum, slotsFromJson(available)), NO_SLOTS),
    ),
  }
}

export const scalingGroup = {
  sdl,
  queries: {
    scaling_group: async (_, { name }, context) => {
      const { scalingGroups: t } = context.ports.store.tables
      return (await groupsWhere(context, null, eq(t.name, name ?? '')))[0] ?? null
    },
    scaling_groups: (_, { name, is_active: isActive }, context) => {
      const { scalingGroups: t } = context.ports.store.tables
      return groupsWhere(context, isActive, name ? eq(t.name, name) : undefined)
    },
    scaling_groups_for_domain: (_, { domain, is_active: isActive }, context) => {
      const { db, tables } = context.ports.store
      const { scalingGroups: t, scalingGroupDomains: links } = tables
      const own = db.select({ name: links.scalingGroup }).from(links).where(eq(links.domain, domain))
      return groupsWhere(context, isActive, inArray(t.name, own))
    },
    scaling_groups_for_user_group: (_, { user_group: group, is_active: isActive }, context) => {
      const { db, tables } = context.ports.store
      const { scalingGroups: t, scalingGroupGroups: links } = tables
      const ids = readUuids('user_group', [group])
      const own = db.select({ name: links.scalingGroup }).from(links).where(inArray(links.group, ids))
      return groupsWhere(context, isActive, inArray(t.name, own))
    },
    scaling_groups_for_keypair: (_, { access_key: accessKey, is_active: isActive }, context) => {
      const { db, tables } = context.ports.store
      const { scalingGroups: t, scalingGroupKeypairs: links } = tables
      const own = db.select({ name: links.scalingGroup }).from(links).where(eq(links.accessKey, accessKey))
      return groupsWhere(context, isActive, inArray(t.name, own))
    },
  },
  mutations: {
    create_scaling_group: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        scaling_group: await createResourceGroup(identity, context.requester, name, props),
      })),
    modify_scaling_group: (_, { name, props }, context) =>
      outcome(context, (identity) => modifyResourceGroup(identity, context.requester, name, props)),
    delete_scaling_group: (_, { name }, context) =>
      outcome(context, (identity) => deleteResourceGroup(identity, context.requester, name)),
  },
  types: {
    ScalingGroup: {
      scheduler_opts: (row) => completeSchedulerOptions(row.schedulerOpts),
      agent_count_by_status: async (row, { status }, context) =>
        ((await agentsOf(context, { group: row.name, status: status ?? null })) ?? []).length,
      agent_total_resource_slots_by_status: (row, { status }, context) =>
        agentSlots(context, { group: row.name, status: status ?? null }),
    },
  },
} satisfies GraphResource
