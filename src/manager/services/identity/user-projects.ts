import { and, eq, inArray, or } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import { chunked } from '../rows.ts'
import type { IdentityContext } from './context.ts'
import { invalid } from './refusals.ts'

/** The projects of the domain that a user joins: those named, and its model store. @throws Problem for strangers. */
export async function projectsToJoin(
  tx: Tx,
  store: Store,
  domainName: string,
  wanted: readonly string[],
): Promise<string[]> {
  const { groups } = store.tables
  const rows = await tx
    .select({ id: groups.id, type: groups.type })
    .from(groups)
    .where(
      and(
        eq(groups.domainName, domainName),
        or(eq(groups.type, 'model-store'), wanted.length > 0 ? inArray(groups.id, [...wanted]) : undefined),
      ),
    )
  const found = new Set(rows.map(({ id }) => id))
  const stranger = wanted.find((id) => !found.has(id))
  if (stranger) throw invalid(`There is no project ${stranger} in the domain "${domainName}".`)
  return [...found]
}

/** Makes the user a member of exactly these projects; who was a member already keeps their role there. */
export async function setProjects(
  tx: Tx,
  identity: IdentityContext,
  userId: string,
  wanted: readonly string[],
): Promise<void> {
  const { groupMembers: t } = identity.ports.store.tables
  const rows = await tx.select().from(t).where(eq(t.userId, userId))
  const leaving = rows.filter(({ groupId }) => !wanted.includes(groupId)).map(({ id }) => id)
  const members = new Set(rows.map(({ groupId }) => groupId))
  const joining = wanted.filter((groupId) => !members.has(groupId))
  for (const some of chunked(leaving)) await tx.delete(t).where(inArray(t.id, some))
  for (const some of chunked(joining)) {
    await tx.insert(t).values(some.map((groupId) => ({ id: identity.newId(), userId, groupId })))
  }
}

/** After a user has moved to another domain: they leave the projects of the others. */
export async function leaveForeignProjects(
  tx: Tx,
  identity: IdentityContext,
  userId: string,
  domainName: string,
): Promise<void> {
  const { groupMembers, groups } = identity.ports.store.tables
  const own = await tx
    .select({ id: groups.id })
    .from(groupMembers)
    .innerJoin(groups, eq(groupMembers.groupId, groups.id))
    .where(and(eq(groupMembers.userId, userId), eq(groups.domainName, domainName)))
  await setProjects(
    tx,
    identity,
    userId,
    own.map(({ id }) => id),
  )
}
