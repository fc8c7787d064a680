import { and, asc, eq, inArray, ne } from 'drizzle-orm'
import * as v from 'valibot'
import { nullableText } from '../../../api/fields.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import {
  completeLimits,
  NO_SLOTS,
  type Slots,
  slotsFromJson,
  slotsToJson,
  sumSlots,
} from '../../../core/slots.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../../core/status.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { allowedScalingGroups } from '../../services/allowed-scaling-groups.ts'
import { occupancyByAgent } from '../../services/occupancy.ts'
import { checkPresets } from '../../services/preset-check.ts'
import { slotTypes } from '../../services/slot-types.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>

/** Resource presets, and how much of what the caller may still take. */
export function resourceRoutes(ports: Ports): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/resource/presets',
      summary: 'List the resource presets',
      auth: 'user',
      handler: async () => {
        const types = await slotTypes(ports.config)
        const presets = await loadPresets(ports)
        return json({
          presets: presets.map(({ name, slots, sharedMemory }) => ({
            name,
            shared_memory: sharedMemory === null ? null : String(sharedMemory),
            resource_slots: slotsToJson(completeLimits(known(slots, types), types, false)),
          })),
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/resource/check-presets',
      summary: 'Check which presets you can still allocate',
      audited: false,
      auth: 'user',
      params: v.object({ group: v.optional(v.string(), 'default'), scaling_group: nullableText }),
      handler: async ({ params, requester }) =>
        json(await check(ports, requester, params.group, params.scaling_group)),
    }),
    defineRoute({
      method: 'POST',
      path: '/resource/recalculate-usage',
      summary: 'Recalculate resource usage',
      auth: 'superadmin',
      // Occupancy is recomputed from rows at each use: there is no counter that could be wrong.
      handler: () => json({}),
    }),
  ]
}

const known = (slots: Slots, types: object): Slots => new Map([...slots].filter(([name]) => name in types))

async function loadPresets({ store }: Ports) {
  const { resourcePresets } = store.tables
  const rows = await store.db.select().from(resourcePresets).orderBy(asc(resourcePresets.name))
  return rows.map(({ name, resourceSlots, sharedMemory }) => ({
    name,
    slots: slotsFromJson(resourceSlots),
    sharedMemory,
  }))
}

async function check(ports: Ports, requester: Requester, groupName: string, scalingGroup: string | null) {
  const { store, config } = ports
  const { agents } = store.tables
  const types = await slotTypes(config)
  const { policy, group, domain } = await limitsOf(ports, requester, groupName)
  const allowed = await allowedScalingGroups(store, { ...requester, groupIds: [group.id] })
  const names = allowed
    .map(({ name }) => name)
    .filter((name) => scalingGroup === null || name === scalingGroup)
  if (scalingGroup !== null && names.length === 0) {
    throw new Problem('invalid-api-params', {
      msg: `The resource group "${scalingGroup}" is not open to you.`,
      data: { scaling_group: 'unknown' },
    })
  }
  const using = await usingOf(ports, requester, group.id)
  const alive = await store.db
    .select({ id: agents.id, scalingGroup: agents.scalingGroup, available: agents.availableSlots })
    .from(agents)
    .where(and(eq(agents.status, 'ALIVE'), eq(agents.schedulable, true), inArray(agents.scalingGroup, names)))
  const occupied = await occupancyByAgent(
    store,
    alive.map(({ id }) => id),
  )
  const visibility = await config.get('config/api/resources/group_resource_visibility')
  const unlimited = policy.defaultForUnspecified === 'UNLIMITED'
  const limits = (json: Record<string, string>, open: boolean) =>
    completeLimits(known(slotsFromJson(json), types), types, open)
  return checkPresets({
    keypair: { limits: limits(policy.totalResourceSlots, unlimited), using: using.keypair },
    project: { limits: limits(group.totalResourceSlots, true), using: using.project },
    domain: { limits: limits(domain.totalResourceSlots, true), using: using.domain },
    showsProject: /^(true|yes|1|on)$/i.test(visibility ?? '') || requester.isSuperadmin,
    scalingGroups: new Map(names.map((name) => [name, using.byScalingGroup.get(name) ?? NO_SLOTS])),
    agents: alive.map(({ id, available, ...rest }) => ({
      ...rest,
      available: slotsFromJson(available),
      occupied: occupied.get(id)?.slots ?? NO_SLOTS,
    })),
    presets: await loadPresets(ports),
  })
}

/** The rows that bound the caller in a project of its domain. */
async function limitsOf({ store }: Ports, requester: Requester, groupName: string) {
  const { domains, groups, groupMembers, keypairResourcePolicies } = store.tables
  const [found] = await store.db
    .select({ group: groups, domain: domains })
    .from(groups)
    .innerJoin(domains, eq(groups.domainName, domains.name))
    .innerJoin(groupMembers, eq(groupMembers.groupId, groups.id))
    .where(
      and(
        eq(groups.name, groupName),
        eq(groups.domainName, requester.domainName),
        eq(groups.isActive, true),
        eq(groupMembers.userId, requester.userUuid),
      ),
    )
  if (!found) throw notFound('user group', `There is no project "${groupName}" of yours.`)
  const [policy] = await store.db
    .select()
    .from(keypairResourcePolicies)
    .where(eq(keypairResourcePolicies.name, requester.resourcePolicy))
  if (!policy) throw new Problem('server-misconfigured', { msg: 'The keypair has no resource policy.' })
  return { policy, ...found }
}

/** What kernels of the caller, its project and its domain hold; system sessions do not count. */
async function usingOf({ store }: Ports, requester: Requester, groupId: string) {
  const { kernels, sessions } = store.tables
  const rows = await store.db
    .select({
      slots: kernels.occupiedSlots,
      accessKey: sessions.accessKey,
      groupId: sessions.groupId,
      scalingGroup: sessions.scalingGroupName,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(
      and(
        inArray(kernels.status, OCCUPYING_KERNEL_STATUSES),
        eq(sessions.domainName, requester.domainName),
        ne(sessions.sessionType, 'system'),
      ),
    )
  const held = rows.map(({ slots, ...rest }) => ({ ...rest, slots: slotsFromJson(slots) }))
  const sum = (items: typeof held): Slots =>
    items.reduce((total, { slots }) => sumSlots(total, slots), NO_SLOTS)
  const own = held.filter(({ accessKey }) => accessKey === requester.accessKey)
  return {
    domain: sum(held),
    project: sum(held.filter((item) => item.groupId === groupId)),
    keypair: sum(own),
    byScalingGroup: new Map(
      [...Map.groupBy(own, ({ scalingGroup }) => scalingGroup)].map(([name, items]) => [name, sum(items)]),
    ),
  }
}
