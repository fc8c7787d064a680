import { and, eq, inArray, ne, or } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import type { UserRow } from './user-props.ts'

/**
 * After a user has moved to another domain: folders are shared within a domain, so what they share with users of others
 * and what those share with them ends, invitations too. Superadmins may share with everybody.
 */
export async function endForeignShares(
  tx: Tx,
  { tables }: Pick<Store, 'tables'>,
  user: UserRow,
): Promise<void> {
  if (user.role === 'superadmin') return
  const { users, vfolders: f, vfolderPermissions: p, vfolderInvitations: i } = tables
  const isStranger = and(ne(users.domainName, user.domainName ?? ''), ne(users.role, 'superadmin'))
  const strangers = tx.select({ uuid: users.uuid }).from(users).where(isStranger)
  const addresses = tx.select({ email: users.email }).from(users).where(isStranger)
  const own = tx.select({ id: f.id }).from(f).where(eq(f.user, user.uuid))
  const theirs = tx.select({ id: f.id }).from(f).where(inArray(f.user, strangers))
  await tx
    .delete(p)
    .where(
      or(
        and(eq(p.user, user.uuid), inArray(p.vfolder, theirs)),
        and(inArray(p.vfolder, own), inArray(p.user, strangers)),
      ),
    )
  await tx
    .delete(i)
    .where(
      and(
        eq(i.state, 'pending'),
        or(
          and(eq(i.invitee, user.email), inArray(i.vfolder, theirs)),
          and(inArray(i.vfolder, own), inArray(i.invitee, addresses)),
        ),
      ),
    )
}
