import { count, eq } from 'drizzle-orm'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { domainRow } from './domains.ts'
import { deleteSessionRecords, refuseWhileLiving, sessionsOf } from './living-sessions.ts'
import { conflict, superadminOnly } from './refusals.ts'

/**
 * Forgets a domain with the records of its ended sessions. Superadmins only; users, projects and living sessions must
 * be gone before.
 * @throws Problem
 */
export async function purgeDomain(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
): Promise<void> {
  superadminOnly(requester, 'purge_domain')
  const { store } = ports
  const { domains, groups, users, sessionTemplates, scalingGroupDomains } = store.tables
  await store.tx(async (tx) => {
    await domainRow(tx, store, name)
    const ofDomain = sessionsOf(store).domain(name)
    await refuseWhileLiving(tx, store, ofDomain, `The domain "${name}"`)
    const [members] = await tx.select({ n: count() }).from(users).where(eq(users.domainName, name))
    if (members && members.n > 0) {
      throw conflict(`There are ${members.n} users bound to the domain. Remove users first.`)
    }
    const [projects] = await tx.select({ n: count() }).from(groups).where(eq(groups.domainName, name))
    if (projects && projects.n > 0) {
      throw conflict(`There are ${projects.n} groups bound to the domain. Remove groups first.`)
    }
    await deleteSessionRecords(tx, store, ofDomain)
    await tx.delete(sessionTemplates).where(eq(sessionTemplates.domainName, name))
    await tx.delete(scalingGroupDomains).where(eq(scalingGroupDomains.domain, name))
    await tx.delete(domains).where(eq(domains.name, name))
  })
}
