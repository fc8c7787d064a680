import { eq } from 'drizzle-orm'
import type { Requester } from '../../context.ts'
import { emitAccountsChanged } from './account-events.ts'
import type { IdentityContext } from './context.ts'
import { refuseLastSuperadmin } from './last-superadmin.ts'
import { userRow } from './modify-user.ts'
import { superadminOnly } from './refusals.ts'

/** Marks a user as deleted and their keypairs as inactive; everything of theirs stays. Superadmins only. @throws Problem */
export async function deleteUser({ ports }: IdentityContext, requester: Requester, email: string) {
  superadminOnly(requester, 'delete_user')
  const { store, clock } = ports
  const { users, keypairs } = store.tables
  const modifiedAt = new Date(clock.now())
  await store.tx(async (tx) => {
    const user = await userRow(tx, store, email)
    await refuseLastSuperadmin(tx, store, user)
    await tx
      .update(users)
      .set({ status: 'deleted', statusInfo: 'admin-requested', modifiedAt })
      .where(eq(users.uuid, user.uuid))
    await tx.update(keypairs).set({ isActive: false, modifiedAt }).where(eq(keypairs.user, user.uuid))
    await emitAccountsChanged(tx, [user.uuid])
  })
}
