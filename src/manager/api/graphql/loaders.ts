import { asc, eq, getTableColumns, inArray } from 'drizzle-orm'
import type { Tables } from '../../../db/tables/index.ts'
import { readAbuses, readAgentStats, readCommits, readKernelStats } from '../../services/live-stats.ts'
import { occupancyByAgent } from '../../services/occupancy.ts'
import type { KernelRow, SessionRow } from '../../services/rows.ts'
import type { GraphContext } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import type { GroupRow } from './rows.ts'

/** A kernel without its log, which may be large. */
export type KernelBrief = Omit<KernelRow, 'containerLog'>

/** The columns of `KernelBrief`. */
export function kernelColumns(kernels: Tables['kernels']) {
  const { containerLog: _, ...columns } = getTableColumns(kernels)
  return columns
}

type Ids = readonly string[]

export const userById = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select()
    .from(tables.users)
    .where(inArray(tables.users.uuid, [...ids]))
  return byKey(rows, ({ uuid }) => uuid)
})

export const groupById = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select()
    .from(tables.groups)
    .where(inArray(tables.groups.id, [...ids]))
  return byKey(rows, ({ id }) => id)
})

const groupsByUser = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select({ userId: tables.groupMembers.userId, group: tables.groups })
    .from(tables.groupMembers)
    .innerJoin(tables.groups, eq(tables.groupMembers.groupId, tables.groups.id))
    .where(inArray(tables.groupMembers.userId, [...ids]))
    .orderBy(asc(tables.groups.name))
  const found = Map.groupBy(rows, ({ userId }) => userId)
  return new Map([...found].map(([id, list]) => [id, list.map(({ group }) => group)]))
})

/** The projects of a user, by name. */
export const groupsOfUser = async (context: GraphContext, id: string): Promise<GroupRow[]> =>
  (await groupsByUser(context, id)) ?? []

const kernelsBySession = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows: KernelBrief[] = await db
    .select(kernelColumns(tables.kernels))
    .from(tables.kernels)
    .where(inArray(tables.kernels.sessionId, [...ids]))
    .orderBy(asc(tables.kernels.clusterRole), asc(tables.kernels.clusterIdx))
  return Map.groupBy(
    rows.toSorted((a, b) => Number(b.clusterRole === 'main') - Number(a.clusterRole === 'main')),
    ({ sessionId }) => sessionId,
  )
})

/** The kernels of a session, the main one first. */
export const kernelsOfSession = async (context: GraphContext, id: string): Promise<KernelBrief[]> =>
  (await kernelsBySession(context, id)) ?? []

export const sessionRowById = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select()
    .from(tables.sessions)
    .where(inArray(tables.sessions.id, [...ids]))
  return byKey(rows, ({ id }) => id)
})

const dependenciesBySession = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select({ sessionId: tables.sessionDependencies.sessionId, session: tables.sessions })
    .from(tables.sessionDependencies)
    .innerJoin(tables.sessions, eq(tables.sessionDependencies.dependsOn, tables.sessions.id))
    .where(inArray(tables.sessionDependencies.sessionId, [...ids]))
  const found = Map.groupBy(rows, ({ sessionId }) => sessionId)
  return new Map([...found].map(([id, list]) => [id, list.map(({ session }) => session)]))
})

/** The sessions that a session waits for. */
export const dependenciesOfSession = async (context: GraphContext, id: string): Promise<SessionRow[]> =>
  (await dependenciesBySession(context, id)) ?? []

const aliasesByImage = defineLoader(async ({ store: { db, tables } }, ids: Ids) => {
  const rows = await db
    .select({ image: tables.imageAliases.image, alias: tables.imageAliases.alias })
    .from(tables.imageAliases)
    .where(inArray(tables.imageAliases.image, [...ids]))
    .orderBy(asc(tables.imageAliases.alias))
  const found = Map.groupBy(rows, ({ image }) => image)
  return new Map([...found].map(([id, list]) => [id, list.map(({ alias }) => alias)]))
})

/** Other names of an image. */
export const aliasesOfImage = async (context: GraphContext, id: string): Promise<string[]> =>
  (await aliasesByImage(context, id)) ?? []

/** What an agent's containers take. */
export const occupancyOfAgent = defineLoader(({ store }, ids: Ids) => occupancyByAgent(store, ids))

/** The newest statistics of an agent. */
export const agentStats = defineLoader(({ cache }, ids: Ids) => readAgentStats(cache, ids))

/** The newest statistics of a kernel. */
export const kernelStats = defineLoader(({ cache }, ids: Ids) => readKernelStats(cache, ids))

const abuses = defineLoader(({ cache }, ids: Ids) => readAbuses(cache, ids))

/** What was reported of a kernel for abuse; null for nothing. */
export async function abuseReport(context: GraphContext, kernelId: string) {
  const found = await abuses(context, kernelId)
  return found === undefined ? null : { kernel: kernelId, abuse_report: found }
}

const commits = defineLoader(({ cache }, ids: Ids) => readCommits(cache, ids))

/** Whether a kernel is being committed into an image: `ongoing`, else `ready`. */
export const commitStatus = async (context: GraphContext, kernelId: string): Promise<string> =>
  (await commits(context, kernelId)) ?? 'ready'

const installedImages = defineLoader(async ({ store: { db, tables } }, keys: readonly 'all'[]) => {
  const { agents } = tables
  const rows = await db
    .select({ id: agents.id, images: agents.images })
    .from(agents)
    .where(eq(agents.status, 'ALIVE'))
    .orderBy(asc(agents.id))
  const pairs = rows.flatMap(({ id, images }) => images.map((image) => ({ image, id })))
  const grouped = Map.groupBy(pairs, ({ image }) => image)
  const byImage = new Map([...grouped].map(([image, list]) => [image, list.map(({ id }) => id)]))
  return new Map(keys.map((key) => [key, byImage]))
})

/** `name@architecture` → ids of the living agents that have the image. */
export const agentsByImage = async (context: GraphContext): Promise<ReadonlyMap<string, string[]>> =>
  (await installedImages(context, 'all')) ?? new Map()
