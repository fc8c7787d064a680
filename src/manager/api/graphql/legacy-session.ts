import { and, desc, eq } from 'drizzle-orm'
import { toNumber } from '../../../core/amount.ts'
import { amountOf, slotsFromJson } from '../../../core/slots.ts'
import type { SessionRow } from '../../services/rows.ts'
import type { GraphContext } from './context.ts'
import sdl from './legacy-session.graphql' with { type: 'text' }
import { groupById, kernelStats, kernelsOfSession, userById } from './loaders.ts'
import type { FieldsOf, GraphResource } from './resource.ts'
import { servicePorts, sessionPage, visibleSessions } from './session.ts'

const MIB = 2 ** 20
/** Columns under the names of old. */
const NAMES = {
  sess_id: 'name',
  session_name: 'name',
  sess_type: 'type',
  session_type: 'type',
  user_uuid: 'user_id',
  agent: 'agent_ids',
}

const mainKernel = async (row: SessionRow, context: GraphContext) =>
  (await kernelsOfSession(context, row.id))[0] ?? null

/** The newest statistics of the main kernel, else its last ones. */
async function statistics(row: SessionRow, context: GraphContext): Promise<Record<string, unknown> | null> {
  const kernel = await mainKernel(row, context)
  if (!kernel) return null
  return (await kernelStats(context, kernel.id)) ?? kernel.lastStat
}

/** A number at a path of the statistics; 0 while there is none. */
async function figure(row: SessionRow, context: GraphContext, ...path: string[]): Promise<number> {
  let value: unknown = await statistics(row, context)
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  const number = Number(value)
  return Number.isFinite(number) ? number : 0
}

const whole = async (row: SessionRow, context: GraphContext, ...path: string[]) =>
  Math.floor(await figure(row, context, ...path))

const held = (row: SessionRow, slot: string): number =>
  toNumber(amountOf(slotsFromJson(row.occupyingSlots), slot))

const showsAgents = ({ requester, hideAgents }: GraphContext) => requester.isSuperadmin || !hideAgents

const fields: FieldsOf<'LegacyComputeSession'> = {
  id: async (row, _, context) => (await mainKernel(row, context))?.id ?? row.id,
  sess_id: (row) => row.name,
  sess_type: (row) => row.sessionType.toUpperCase(),
  session_name: (row) => row.name,
  session_type: (row) => row.sessionType.toUpperCase(),
  role: async (row, _, context) => (await mainKernel(row, context))?.clusterRole ?? null,
  image: (row) => row.images[0] ?? null,
  lang: (row) => row.images[0] ?? null,
  architecture: async (row, _, context) => (await mainKernel(row, context))?.architecture ?? null,
  registry: async (row, _, context) => (await mainKernel(row, context))?.registry ?? null,
  group_name: async (row, _, context) => (await groupById(context, row.groupId))?.name ?? null,
  scaling_group: (row) => row.scalingGroupName,
  user_email: async (row, _, context) => (await userById(context, row.userUuid))?.email ?? null,
  status_changed: (row) => row.statusHistory[row.status] ?? row.createdAt,
  result: (row) => row.result.toUpperCase(),
  agent: async (row, _, context) =>
    showsAgents(context) ? ((await mainKernel(row, context))?.agent ?? null) : null,
  container_id: async (row, _, context) => (await mainKernel(row, context))?.containerId ?? null,
  service_ports: async (row, _, context) => servicePorts(await mainKernel(row, context)),
  occupied_slots: (row) => row.occupyingSlots,
  occupied_shares: () => ({}),
  mounts: (row) =>
    row.vfolderMounts.map(({ name, kernelPath, permission }) => [name, kernelPath, permission]),
  live_stat: (row, _, context) => statistics(row, context),
  last_stat: async (row, _, context) => (await mainKernel(row, context))?.lastStat ?? null,
  mem_slot: (row) => Math.floor(held(row, 'mem') / MIB),
  cpu_slot: (row) => held(row, 'cpu'),
  gpu_slot: (row) => held(row, 'cuda.device'),
  tpu_slot: (row) => held(row, 'tpu.device'),
  cpu_used: (row, _, context) => whole(row, context, 'cpu_used', 'current'),
  cpu_using: (row, _, context) => figure(row, context, 'cpu_util', 'pct'),
  mem_max_bytes: (row, _, context) => whole(row, context, 'mem', 'stats.max'),
  mem_cur_bytes: (row, _, context) => whole(row, context, 'mem', 'current'),
  net_rx_bytes: (row, _, context) => whole(row, context, 'net_rx', 'current'),
  net_tx_bytes: (row, _, context) => whole(row, context, 'net_tx', 'current'),
  io_read_bytes: (row, _, context) => whole(row, context, 'io_read', 'current'),
  io_write_bytes: (row, _, context) => whole(row, context, 'io_write', 'current'),
  io_max_scratch_size: (row, _, context) => whole(row, context, 'io_scratch_size', 'stats.max'),
  io_cur_scratch_size: (row, _, context) => whole(row, context, 'io_scratch_size', 'current'),
}

export const legacySession = {
  sdl,
  queries: {
    legacy_compute_session: async (_, args, context) => {
      const { sessions: t } = context.ports.store.tables
      const key = args.access_key ?? context.requester.accessKey
      const scope = { domain_name: args.domain_name ?? null, access_key: key }
      // Names come again; the newest session of the name is meant.
      const [row] = await context.ports.store.db
        .select()
        .from(t)
        .where(and(eq(t.name, args.sess_id), await visibleSessions(context, scope)))
        .orderBy(desc(t.createdAt), desc(t.id))
        .limit(1)
      return row ?? null
    },
    legacy_compute_session_list: (_, args, context) => sessionPage(context, args, NAMES),
  },
  types: { LegacyComputeSession: fields },
} satisfies GraphResource
