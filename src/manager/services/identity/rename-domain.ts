import { eq } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import { emitAccountsChanged } from './account-events.ts'

/** Gives a domain another name, with all that refers to it; users sign with what they had. */
export async function renameDomain(tx: Tx, store: Store, from: string, to: string): Promise<void> {
  const { domains, groups, users, sessions, sessionTemplates, scalingGroupDomains } = store.tables
  const [row] = await tx.select().from(domains).where(eq(domains.name, from))
  if (!row) return
  // The old row goes last: foreign keys hold at every step.
  await tx.insert(domains).values({ ...row, name: to })
  await tx.update(groups).set({ domainName: to }).where(eq(groups.domainName, from))
  const moved = await tx
    .update(users)
    .set({ domainName: to })
    .where(eq(users.domainName, from))
    .returning({ uuid: users.uuid })
  await tx.update(sessions).set({ domainName: to }).where(eq(sessions.domainName, from))
  await tx.update(sessionTemplates).set({ domainName: to }).where(eq(sessionTemplates.domainName, from))
  await tx.update(scalingGroupDomains).set({ domain: to }).where(eq(scalingGroupDomains.domain, from))
  await tx.delete(domains).where(eq(domains.name, from))
  await emitAccountsChanged(
    tx,
    moved.map(({ uuid }) => uuid),
  )
}
