import { and, asc, eq } from 'drizzle-orm'
import sdl from './container.graphql' with { type: 'text' }
import type { GraphContext, PageArgs } from './context.ts'
import { imageNamed } from './image.ts'
import { abuseReport, kernelColumns, kernelStats, sessionRowById } from './loaders.ts'
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import { sessionById } from './session.ts'

const FINAL = new Set(['TERMINATED', 'CANCELLED', 'ERROR'])

async function containerPage(
  context: GraphContext,
  args: PageArgs & { session_id: string; role?: string | null },
) {
  if (!(await sessionById(context, args.session_id))) return { items: [], total_count: 0 }
  const { dialect, db, tables } = context.ports.store
  const { kernels: t } = tables
  const columns: QueryColumns = {
    id: { column: t.id, kind: 'uuid' },
    image: { column: t.image, kind: 'text' },
    architecture: { column: t.architecture, kind: 'text' },
    agent: { column: t.agent, kind: 'text' },
    agent_addr: { column: t.agentAddr, kind: 'text' },
    cluster_idx: { column: t.clusterIdx, kind: 'number' },
    local_rank: { column: t.localRank, kind: 'number' },
    cluster_role: { column: t.clusterRole, kind: 'text' },
    cluster_hostname: { column: t.clusterHostname, kind: 'text' },
    status: { column: t.status, kind: 'upper' },
    status_info: { column: t.statusInfo, kind: 'text' },
    status_changed: { column: t.statusChanged, kind: 'time' },
    created_at: { column: t.createdAt, kind: 'time' },
    terminated_at: { column: t.terminatedAt, kind: 'time' },
  }
  const where = and(
    eq(t.sessionId, args.session_id),
    args.role ? eq(t.clusterRole, args.role) : undefined,
    filterCondition(dialect, columns, args.filter),
  )
  const { limit, offset } = pageBounds(args)
  return {
    total_count: await countOf(db.select(counted).from(t).where(where)),
    items: await db
      .select(kernelColumns(t))
      .from(t)
      .where(where)
      .orderBy(...orderTerms(columns, args.order, [asc(t.clusterRole), asc(t.clusterIdx)]))
      .limit(limit)
      .offset(offset),
  }
}

const showsAgents = ({ requester, hideAgents }: GraphContext) => requester.isSuperadmin || !hideAgents

export const container = {
  sdl,
  queries: {
    compute_container: async (_, args, context) => {
      const { kernels } = context.ports.store.tables
      const [row] = await context.ports.store.db
        .select(kernelColumns(kernels))
        .from(kernels)
        .where(eq(kernels.id, args.id))
      return row && (await sessionById(context, row.sessionId)) ? row : null
    },
    compute_container_list: (_, args, context) => containerPage(context, args),
  },
  types: {
    ComputeContainer: {
      idx: (row) => row.clusterIdx,
      role: (row) => row.clusterRole,
      hostname: (row) => row.clusterHostname,
      kernel_id: (row) => row.id,
      image_object: (row, _, context) => imageNamed(context, row),
      starts_at: async (row, _, context) => (await sessionRowById(context, row.sessionId))?.startsAt ?? null,
      scheduled_at: (row) => row.statusHistory.SCHEDULED ?? null,
      abusing_report: (row, _, context) => abuseReport(context, row.id),
      agent: (row, _, context) => (showsAgents(context) ? row.agent : null),
      agent_addr: (row, _, context) => (showsAgents(context) ? row.agentAddr : null),
      live_stat: async (row, _, context) =>
        FINAL.has(row.status) ? row.lastStat : ((await kernelStats(context, row.id)) ?? row.lastStat),
    },
  },
} satisfies GraphResource
