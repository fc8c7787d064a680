import { and, eq, ne } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import { conflict } from './refusals.ts'
import type { UserRow } from './user-props.ts'

/** @throws Problem when `user` is the only active superadmin: without one nobody could manage the cluster any more. */
export async function refuseLastSuperadmin(
  tx: Tx,
  store: Store,
  user: Pick<UserRow, 'uuid' | 'role' | 'status'>,
): Promise<void> {
  if (user.role !== 'superadmin' || user.status !== 'active') return
  const { users } = store.tables
  const others = await tx
    .select({ uuid: users.uuid })
    .from(users)
    .where(and(eq(users.role, 'superadmin'), eq(users.status, 'active'), ne(users.uuid, user.uuid)))
    .limit(1)
  if (others.length === 0) throw conflict('This is the last active superadmin, who must stay.')
}
