import DataLoader from 'dataloader'
import { asc, eq, getTableColumns, inArray } from 'drizzle-orm'
import type { ManagerPorts } from '../../context.ts'
import { readAgentStats, readKernelStats } from '../../services/live-stats.ts'
import { type Occupancy, occupancyByAgent } from '../../services/occupancy.ts'
import type { KernelRow, SessionRow } from '../../services/rows.ts'

type Tables = ManagerPorts['store']['tables']
export type UserRow = Tables['users']['$inferSelect']
export type GroupRow = Tables['groups']['$inferSelect']
/** A kernel without its log, which may be large. */
export type KernelBrief = Omit<KernelRow, 'containerLog'>

const BATCH = { maxBatchSize: 500 }

/** The columns of `KernelBrief`. */
export function kernelColumns(kernels: Tables['kernels']) {
  const { containerLog: _, ...columns } = getTableColumns(kernels)
  return columns
}

export type Loaders = ReturnType<typeof createLoaders>

/** Rows and statistics by key, each asked for once per request and together. */
export function createLoaders({ store, cache }: Pick<ManagerPorts, 'store' | 'cache'>) {
  const { db, tables } = store

  const user = new DataLoader<string, UserRow | null>(async (ids) => {
    const rows = await db
      .select()
      .from(tables.users)
      .where(inArray(tables.users.uuid, [...ids]))
    const byId = new Map(rows.map((row) => [row.uuid, row]))
    return ids.map((id) => byId.get(id) ?? null)
  }, BATCH)

  const group = new DataLoader<string, GroupRow | null>(async (ids) => {
    const rows = await db
      .select()
      .from(tables.groups)
      .where(inArray(tables.groups.id, [...ids]))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => byId.get(id) ?? null)
  }, BATCH)

  const groupsOfUser = new DataLoader<string, GroupRow[]>(async (ids) => {
    const rows = await db
      .select({ userId: tables.groupMembers.userId, group: tables.groups })
      .from(tables.groupMembers)
      .innerJoin(tables.groups, eq(tables.groupMembers.groupId, tables.groups.id))
      .where(inArray(tables.groupMembers.userId, [...ids]))
      .orderBy(asc(tables.groups.name))
    const byUser = Map.groupBy(rows, (row) => row.userId)
    return ids.map((id) => (byUser.get(id) ?? []).map((row) => row.group))
  }, BATCH)

  /** The kernels of a session, the main one first. */
  const kernelsOfSession = new DataLoader<string, KernelBrief[]>(async (ids) => {
    const rows: KernelBrief[] = await db
      .select(kernelColumns(tables.kernels))
      .from(tables.kernels)
      .where(inArray(tables.kernels.sessionId, [...ids]))
      .orderBy(asc(tables.kernels.clusterRole), asc(tables.kernels.clusterIdx))
    const bySession = Map.groupBy(rows, (row) => row.sessionId)
    return ids.map((id) =>
      (bySession.get(id) ?? []).toSorted(
        (a, b) => Number(b.clusterRole === 'main') - Number(a.clusterRole === 'main'),
      ),
    )
  }, BATCH)

  const session = new DataLoader<string, SessionRow | null>(async (ids) => {
    const rows = await db
      .select()
      .from(tables.sessions)
      .where(inArray(tables.sessions.id, [...ids]))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.map((id) => byId.get(id) ?? null)
  }, BATCH)

  const dependenciesOfSession = new DataLoader<string, SessionRow[]>(async (ids) => {
    const rows = await db
      .select({ sessionId: tables.sessionDependencies.sessionId, session: tables.sessions })
      .from(tables.sessionDependencies)
      .innerJoin(tables.sessions, eq(tables.sessionDependencies.dependsOn, tables.sessions.id))
      .where(inArray(tables.sessionDependencies.sessionId, [...ids]))
    const bySession = Map.groupBy(rows, (row) => row.sessionId)
    return ids.map((id) => (bySession.get(id) ?? []).map((row) => row.session))
  }, BATCH)

  const aliasesOfImage = new DataLoader<string, string[]>(async (ids) => {
    const rows = await db
      .select({ image: tables.imageAliases.image, alias: tables.imageAliases.alias })
      .from(tables.imageAliases)
      .where(inArray(tables.imageAliases.image, [...ids]))
      .orderBy(asc(tables.imageAliases.alias))
    const byImage = Map.groupBy(rows, (row) => row.image)
    return ids.map((id) => (byImage.get(id) ?? []).map((row) => row.alias))
  }, BATCH)

  const occupancyOfAgent = new DataLoader<string, Occupancy | null>(async (ids) => {
    const occupancy = await occupancyByAgent(store, ids)
    return ids.map((id) => occupancy.get(id) ?? null)
  }, BATCH)

  const agentStats = new DataLoader<string, Record<string, unknown> | null>(async (ids) => {
    const stats = await readAgentStats(cache, ids)
    return ids.map((id) => stats.get(id) ?? null)
  }, BATCH)

  const kernelStats = new DataLoader<string, Record<string, unknown> | null>(async (ids) => {
    const stats = await readKernelStats(cache, ids)
    return ids.map((id) => stats.get(id) ?? null)
  }, BATCH)

  /** `name@architecture` → ids of the living agents that have the image. */
  let installed: Promise<ReadonlyMap<string, string[]>> | null = null
  const agentsByImage = () => {
    installed ??= (async () => {
      const { agents } = tables
      const rows = await db
        .select({ id: agents.id, images: agents.images })
        .from(agents)
        .where(eq(agents.status, 'ALIVE'))
        .orderBy(asc(agents.id))
      const pairs = rows.flatMap(({ id, images }) => images.map((image) => ({ image, id })))
      const grouped = Map.groupBy(pairs, ({ image }) => image)
      return new Map([...grouped].map(([image, list]) => [image, list.map(({ id }) => id)]))
    })()
    return installed
  }

  return {
    user,
    group,
    groupsOfUser,
    session,
    kernelsOfSession,
    dependenciesOfSession,
    aliasesOfImage,
    occupancyOfAgent,
    agentStats,
    kernelStats,
    agentsByImage,
  }
}
