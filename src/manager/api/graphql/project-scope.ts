import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import { invalid } from '../../services/identity/refusals.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import type { GroupRow } from './rows.ts'

/** The projects that the requester may see: their own, administrators their domain's. @throws Problem */
export function visibleProjects(context: GraphContext, domainName?: string | null): SQL | undefined {
  const { db, tables } = context.ports.store
  const { groups: t, groupMembers } = tables
  const domain = domainBound(context, domainName)
  const member = userBound(context)
  return and(
    domain === null ? undefined : eq(t.domainName, domain),
    member === null
      ? undefined
      : inArray(
          t.id,
          db.select({ id: groupMembers.groupId }).from(groupMembers).where(eq(groupMembers.userId, member)),
        ),
  )
}

/** The ids of the projects that a user administers, as a subquery. */
export function administeredProjects({ ports }: GraphContext, userUuid: string) {
  const { groupMembers: t } = ports.store.tables
  return ports.store.db
    .select({ id: t.groupId })
    .from(t)
    .where(and(eq(t.userId, userUuid), eq(t.role, 'admin')))
}

const TYPES: Readonly<Record<string, GroupRow['type']>> = {
  GENERAL: 'general',
  MODEL_STORE: 'model-store',
}

/** How the API spells the type of a project. */
export const projectType = (row: Pick<GroupRow, 'type'>): string => row.type.toUpperCase().replace('-', '_')

/** @throws Problem that names the type that there is not. */
export function projectTypes(words: readonly (string | null)[]): GroupRow['type'][] {
  return words.map((word) => {
    const type = TYPES[(word ?? '').toUpperCase()]
    if (type) return type
    throw invalid(`type is one of ${Object.keys(TYPES).join(', ')}, not "${String(word).slice(0, 80)}"`)
  })
}

const namesByProject = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { scalingGroupGroups: t } = tables
  const rows = await db
    .select({ group: t.group, name: t.scalingGroup })
    .from(t)
    .where(inArray(t.group, [...ids]))
    .orderBy(asc(t.scalingGroup))
  const found = Map.groupBy(rows, ({ group }) => group)
  return new Map([...found].map(([id, list]) => [id, list.map(({ name }) => name)]))
})

/** The names of the resource groups given to a project. */
export const scalingGroupsOfProject = async (context: GraphContext, id: string): Promise<string[]> =>
  (await namesByProject(context, id)) ?? []
