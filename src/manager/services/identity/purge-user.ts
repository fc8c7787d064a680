import { and, eq, inArray, or } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { emitAccountsChanged } from './account-events.ts'
import type { IdentityContext } from './context.ts'
import { foldersWhere, giveUpFolders, handOverFolders, sharedAmong } from './folders-of-owner.ts'
import { refuseLastSuperadmin } from './last-superadmin.ts'
import { deleteSessionRecords, refuseWhileLiving, refuseWhileMounted, sessionsOf } from './living-sessions.ts'
import { userRow } from './modify-user.ts'
import { conflict, superadminOnly } from './refusals.ts'
import type { UserRow } from './user-props.ts'

/**
 * Forgets a user with keypairs, records of ended sessions, error logs and folders; folders that others share go to
 * `requester` unless `purgeShared`. Superadmins only; living sessions must be gone before.
 * @throws Problem
 */
export async function purgeUser(
  { ports }: IdentityContext,
  requester: Requester,
  email: string,
  purgeShared: boolean,
): Promise<void> {
  superadminOnly(requester, 'purge_user')
  const { store, clock } = ports
  const { vfolders } = store.tables
  await store.tx(async (tx) => {
    const user = await userRow(tx, store, email)
    if (user.uuid === requester.userUuid) throw conflict('Nobody can purge themselves.')
    await refuseLastSuperadmin(tx, store, user)
    const ofUser = and(eq(vfolders.user, user.uuid), eq(vfolders.ownershipType, 'user'))
    const folders = await foldersWhere(tx, store, ofUser)
    const ids = folders.map(({ id }) => id)
    await refuseWhileMounted(tx, store, ids, `the user "${email}"`)
    await refuseWhileLiving(tx, store, sessionsOf(store).user(user.uuid), `The user "${email}"`)
    const shared = purgeShared ? new Set<string>() : await sharedAmong(tx, store, ids)
    await handOverFolders(
      tx,
      store,
      folders.filter(({ id }) => shared.has(id)),
      requester,
    )
    const lost = ids.filter((id) => !shared.has(id))
    await giveUpFolders(tx, store, lost, new Date(clock.now()))
    await deleteTraces(tx, store, user)
    await emitAccountsChanged(tx, [user.uuid])
  })
}

async function deleteTraces(tx: Tx, store: Store, user: UserRow): Promise<void> {
  const { keypairs, users, errorLogs, sessionTemplates, scalingGroupKeypairs } = store.tables
  const { vfolderInvitations: invitations, vfolderPermissions } = store.tables
  const keys = tx.select({ accessKey: keypairs.accessKey }).from(keypairs).where(eq(keypairs.user, user.uuid))
  await tx.delete(errorLogs).where(eq(errorLogs.user, user.uuid))
  await tx.delete(sessionTemplates).where(eq(sessionTemplates.userUuid, user.uuid))
  await deleteSessionRecords(tx, store, sessionsOf(store).user(user.uuid))
  await tx
    .delete(invitations)
    .where(or(eq(invitations.invitee, user.email), eq(invitations.inviter, user.email)))
  await tx.delete(vfolderPermissions).where(eq(vfolderPermissions.user, user.uuid))
  await tx.delete(scalingGroupKeypairs).where(inArray(scalingGroupKeypairs.accessKey, keys))
  await tx.delete(keypairs).where(eq(keypairs.user, user.uuid))
  await tx.delete(users).where(eq(users.uuid, user.uuid))
}
