import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'

/**
 * Looks once more in the transaction that writes a session: a purge or a deactivation that came after the checks must
 * leave no session without an owner. @throws Problem `generic-forbidden`
 */
export async function requireActiveOwner(
  tx: Tx,
  { tables }: Pick<Store, 'tables'>,
  { accessKey, projectId }: { accessKey: string; projectId: string },
): Promise<void> {
  const { keypairs, users, groups } = tables
  const [row] = await tx
    .select({ key: keypairs.isActive, status: users.status, project: groups.isActive })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .innerJoin(groups, eq(groups.id, projectId))
    .where(eq(keypairs.accessKey, accessKey))
  if (row?.key && row.project && row.status === 'active') return
  throw new Problem('generic-forbidden', { msg: 'The owner or the project of the session is not active.' })
}
