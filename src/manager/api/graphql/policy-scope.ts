import { eq, inArray, type SQL } from 'drizzle-orm'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'

/**
 * The keypair policies that the requester may see, as a condition: superadmins all, administrators those in use in
 * their domain, users those of their keypairs. @throws Problem
 */
export function visibleKeypairPolicies(context: GraphContext): SQL | undefined {
  const { db, tables } = context.ports.store
  const { keypairs, users, keypairResourcePolicies: t } = tables
  const domain = domainBound(context, null)
  if (domain === null) return undefined
  const self = userBound(context)
  const inUse = db
    .select({ name: keypairs.resourcePolicy })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(self === null ? eq(users.domainName, domain) : eq(users.uuid, self))
  return inArray(t.name, inUse)
}

/** The same of user policies. @throws Problem */
export function visibleUserPolicies(context: GraphContext): SQL | undefined {
  const { db, tables } = context.ports.store
  const { users, userResourcePolicies: t } = tables
  const domain = domainBound(context, null)
  if (domain === null) return undefined
  const self = userBound(context)
  const inUse = db
    .select({ name: users.resourcePolicy })
    .from(users)
    .where(self === null ? eq(users.domainName, domain) : eq(users.uuid, self))
  return inArray(t.name, inUse)
}

/** The same of project policies; administrators choose among all of them for their projects. @throws Problem */
export function visibleProjectPolicies(context: GraphContext): SQL | undefined {
  const { db, tables } = context.ports.store
  const { groups, groupMembers, projectResourcePolicies: t } = tables
  domainBound(context, null)
  const self = userBound(context)
  if (self === null) return undefined
  const inUse = db
    .select({ name: groups.resourcePolicy })
    .from(groups)
    .innerJoin(groupMembers, eq(groupMembers.groupId, groups.id))
    .where(eq(groupMembers.userId, self))
  return inArray(t.name, inUse)
}
