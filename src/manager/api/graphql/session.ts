import { type AnyColumn, and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { SESSION_STATUSES } from '../../../core/status.ts'
import type { ManagerPorts } from '../../context.ts'
import type { SessionRow } from '../../services/rows.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import {
  abuseReport,
  commitStatus,
  dependenciesOfSession,
  groupById,
  kernelsOfSession,
  sessionRowById,
  userById,
} from './loaders.ts'
import { askedOrder, counted, countOf, pageBounds } from './page.ts'
import { administeredProjects } from './project-scope.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import sdl from './session.graphql' with { type: 'text' }
import { readStatuses } from './statuses.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

interface SessionArgs {
  domain_name?: string | null
  group_id?: string | null
  access_key?: string | null
  status?: string | null
}

/** What the requester may see of the sessions asked for. */
export async function visibleSessions(context: GraphContext, args: SessionArgs): Promise<SQL | undefined> {
  const { db, tables } = context.ports.store
  const { sessions, keypairs } = tables
  const domain = domainBound(context, args.domain_name)
  const user = userBound(context)
  if (user !== null && args.access_key) {
    const [keypair] = await db.select().from(keypairs).where(eq(keypairs.accessKey, args.access_key))
    if (keypair?.user !== user) {
      throw new Problem('generic-forbidden', { msg: 'Sessions of other users are not yours to see.' })
    }
  }
  const statuses = readStatuses(args.status, SESSION_STATUSES)
  if (args.group_id && !UUID.test(args.group_id)) {
    throw new Problem('invalid-api-params', {
      msg: `"${args.group_id}" is not the id of a project.`,
      data: { group_id: 'expected a UUID' },
    })
  }
  return and(
    domain === null ? undefined : eq(sessions.domainName, domain),
    // Who administers a project sees its sessions (decisions.md).
    user === null
      ? undefined
      : or(eq(sessions.userUuid, user), inArray(sessions.groupId, administeredProjects(context, user))),
    args.group_id ? eq(sessions.groupId, args.group_id) : undefined,
    args.access_key ? eq(sessions.accessKey, args.access_key) : undefined,
    statuses ? inArray(sessions.status, statuses) : undefined,
  )
}

/** A session that the requester may see, else null. */
export async function sessionById(context: GraphContext, id: string): Promise<SessionRow | null> {
  if (!UUID.test(id)) return null
  const { db, tables } = context.ports.store
  const [row] = await db
    .select()
    .from(tables.sessions)
    .where(and(eq(tables.sessions.id, id), await visibleSessions(context, {})))
  return row ?? null
}

/** A value of a session's main kernel as an expression over `sessions`. */
function ofMainKernel({ store }: ManagerPorts, column: AnyColumn): SQL {
  const { sessions, kernels } = store.tables
  return sql`(select ${column} from ${kernels}
    where ${kernels.sessionId} = ${sessions.id} and ${kernels.clusterRole} = 'main')`
}

function sessionColumns({ ports }: GraphContext): QueryColumns {
  const { sessions: t, groups, users } = ports.store.tables
  const project = (column: AnyColumn) =>
    sql`(select ${column} from ${groups} where ${groups.id} = ${t.groupId})`
  const owner = (column: AnyColumn) =>
    sql`(select ${column} from ${users} where ${users.uuid} = ${t.userUuid})`
  const { kernels } = ports.store.tables
  return {
    id: { column: t.id, kind: 'uuid' },
    type: { column: t.sessionType, kind: 'lower' },
    name: { column: t.name, kind: 'text' },
    image: { column: ofMainKernel(ports, kernels.image), kind: 'text' },
    architecture: { column: ofMainKernel(ports, kernels.architecture), kind: 'text' },
    domain_name: { column: t.domainName, kind: 'text' },
    group_name: { column: project(groups.name), kind: 'text' },
    user_email: { column: owner(users.email), kind: 'text' },
    user_id: { column: t.userUuid, kind: 'uuid' },
    group_id: { column: t.groupId, kind: 'uuid' },
    full_name: { column: owner(users.fullName), kind: 'text' },
    access_key: { column: t.accessKey, kind: 'text' },
    scaling_group: { column: t.scalingGroupName, kind: 'text' },
    cluster_mode: { column: t.clusterMode, kind: 'lower' },
    cluster_size: { column: t.clusterSize, kind: 'number' },
    status: { column: t.status, kind: 'upper' },
    status_info: { column: t.statusInfo, kind: 'text' },
    status_changed: {
      column: ofMainKernel(ports, kernels.statusChanged),
      like: kernels.statusChanged,
      kind: 'time',
    },
    result: { column: t.result, kind: 'lower' },
    created_at: { column: t.createdAt, kind: 'time' },
    terminated_at: { column: t.terminatedAt, kind: 'time' },
    starts_at: { column: t.startsAt, kind: 'time' },
    startup_command: { column: t.startupCommand, kind: 'text' },
    tag: { column: t.tag, kind: 'text' },
    agent_ids: { column: t.agentIds, kind: 'list' },
    agents: { column: t.agentIds, kind: 'list' },
  }
}

type SessionPageArgs = SessionArgs & PageArgs & { order_key?: string | null; order_asc?: boolean | null }

/** A page of the sessions that the requester may see; `names` are further names of columns. */
export async function sessionPage(
  context: GraphContext,
  args: SessionPageArgs,
  names: Readonly<Record<string, string>> = {},
) {
  const { dialect, db, tables } = context.ports.store
  const { sessions: t, kernels } = tables
  const known = sessionColumns(context)
  const aliases = Object.entries(names).flatMap(([name, of]) => (known[of] ? [[name, known[of]]] : []))
  const columns: QueryColumns = { ...known, ...Object.fromEntries(aliases) }
  const where = and(await visibleSessions(context, args), filterCondition(dialect, columns, args.filter))
  // The latest of end, change and creation comes first.
  const changed = ofMainKernel(context.ports, kernels.statusChanged)
  const latest = sql`coalesce(${t.terminatedAt}, ${changed}, ${t.createdAt})`
  const { limit, offset } = pageBounds(args)
  // Ids alone are sorted: whole rows would be carried through, which takes ten times as long.
  const ids = await db
    .select({ id: t.id })
    .from(t)
    .where(where)
    .orderBy(...orderTerms(columns, askedOrder(args), [desc(latest), desc(t.id)]))
    .limit(limit)
    .offset(offset)
  const rows = await Promise.all(ids.map(({ id }) => sessionRowById(context, id)))
  return {
    items: rows.filter((row) => row !== undefined),
    total_count: await countOf(db.select(counted).from(t).where(where)),
  }
}

const mainKernel = async (row: SessionRow, context: GraphContext) =>
  (await kernelsOfSession(context, row.id))[0] ?? null
const owner = (row: SessionRow, context: GraphContext) => userById(context, row.userUuid)

const KERNEL_ROLES: Readonly<Record<string, string>> = { inference: 'INFERENCE', system: 'SYSTEM' }

/** The ports of a kernel that users may open. */
export function servicePorts(kernel: Awaited<ReturnType<typeof mainKernel>>) {
  return (kernel?.servicePorts ?? [])
    .filter(({ protocol }) => protocol !== 'internal')
    .map((port) => ({
      name: port.name,
      protocol: port.protocol,
      container_ports: port.containerPorts,
      host_ports: port.hostPorts,
      is_inference: port.isInference,
    }))
}

export const session = {
  sdl,
  queries: {
    compute_session: (_, args, context) => sessionById(context, args.id),
    compute_session_list: (_, args, context) => sessionPage(context, args),
  },
  types: {
    ComputeSession: {
      session_id: (row) => row.id,
      main_kernel_id: async (row, _, context) => (await mainKernel(row, context))?.id ?? null,
      // Names of the original's enumerations, in capitals; requests spell them in small letters.
      type: (row) => row.sessionType.toUpperCase(),
      result: (row) => row.result.toUpperCase(),
      main_kernel_role: (row) => KERNEL_ROLES[row.sessionType] ?? 'COMPUTE',
      image: (row) => row.images[0] ?? null,
      architecture: async (row, _, context) => (await mainKernel(row, context))?.architecture ?? null,
      registry: async (row, _, context) => (await mainKernel(row, context))?.registry ?? null,
      cluster_template: () => null,
      group_name: async (row, _, context) => (await groupById(context, row.groupId))?.name ?? null,
      user_email: async (row, _, context) => (await owner(row, context))?.email ?? null,
      full_name: async (row, _, context) => (await owner(row, context))?.fullName ?? null,
      user_id: (row) => row.userUuid,
      created_user_email: async (row, _, context) => (await owner(row, context))?.email ?? null,
      created_user_id: (row) => row.userUuid,
      status_changed: (row) => row.statusHistory[row.status] ?? row.createdAt,
      scheduled_at: (row) => row.statusHistory.SCHEDULED ?? null,
      commit_status: async (row, _, context) => {
        const kernel = await mainKernel(row, context)
        return kernel ? await commitStatus(context, kernel.id) : 'ready'
      },
      abusing_reports: async (row, _, context) => {
        const kernels = await kernelsOfSession(context, row.id)
        return await Promise.all(kernels.map(({ id }) => abuseReport(context, id)))
      },
      idle_checks: () => ({}),
      agent_ids: (row, _, { requester, hideAgents }) =>
        hideAgents && !requester.isSuperadmin ? [] : row.agentIds,
      agents: (row, _, { requester, hideAgents }) =>
        hideAgents && !requester.isSuperadmin ? [] : row.agentIds,
      scaling_group: (row) => row.scalingGroupName,
      service_ports: async (row, _, context) => servicePorts(await mainKernel(row, context)),
      mounts: (row) => row.vfolderMounts.map(({ name }) => name),
      vfolder_mounts: (row) => row.vfolderMounts.map(({ vfid }) => vfid),
      occupied_slots: (row) => row.occupyingSlots,
      containers: (row, _, context) => kernelsOfSession(context, row.id),
      dependencies: (row, _, context) => dependenciesOfSession(context, row.id),
      inference_metrics: () => null,
    },
  },
} satisfies GraphResource
