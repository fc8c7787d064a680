import { eq, inArray, type SQL } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import { withJsonText } from '../json-column.ts'
import { chunked } from '../rows.ts'

export type FolderRow = Store['tables']['vfolders']['$inferSelect']

/** The folders that match `which`, for the end of their owner. */
export async function foldersWhere(tx: Tx, store: Store, which: SQL | undefined): Promise<FolderRow[]> {
  return await tx.select().from(store.tables.vfolders).where(which)
}

/**
 * Gives folders up together with their owner: they are nobody's from this commit on, and `tend-folders` removes their
 * contents and then the rows, so that a crash loses none.
 */
export async function giveUpFolders(tx: Tx, store: Store, ids: readonly string[], at: Date): Promise<void> {
  const { vfolders, vfolderInvitations, vfolderPermissions } = store.tables
  for (const some of chunked(ids)) {
    await tx.delete(vfolderInvitations).where(inArray(vfolderInvitations.vfolder, some))
    await tx.delete(vfolderPermissions).where(inArray(vfolderPermissions.vfolder, some))
    await tx
      .update(vfolders)
      .set({
        status: 'delete-ongoing',
        user: null,
        group: null,
        statusChanged: at,
        statusHistory: withJsonText(store, vfolders.statusHistory, 'delete-ongoing', at.toISOString()),
      })
      .where(inArray(vfolders.id, some))
  }
}

/** Of these folders those that somebody else may use. */
export async function sharedAmong(tx: Tx, store: Store, ids: readonly string[]): Promise<Set<string>> {
  const { vfolderPermissions: t } = store.tables
  const shared = new Set<string>()
  for (const some of chunked(ids)) {
    const rows = await tx.select({ id: t.vfolder }).from(t).where(inArray(t.vfolder, some))
    for (const { id } of rows) shared.add(id)
  }
  return shared
}

/** Makes folders somebody else's; a name that the new owner has already gets the folder's id appended. */
export async function handOverFolders(
  tx: Tx,
  store: Store,
  folders: readonly FolderRow[],
  to: { userUuid: string; email: string },
): Promise<void> {
  const { vfolders, vfolderInvitations, vfolderPermissions } = store.tables
  const own = await tx.select({ name: vfolders.name }).from(vfolders).where(eq(vfolders.user, to.userUuid))
  const taken = new Set(own.map(({ name }) => name))
  for (const { id, name } of folders) {
    const newName = taken.has(name) ? `${name.slice(0, 50)}-${id.slice(0, 8)}` : name
    taken.add(newName)
    await tx.update(vfolders).set({ user: to.userUuid, name: newName }).where(eq(vfolders.id, id))
  }
  const ids = folders.map(({ id }) => id)
  for (const some of chunked(ids)) {
    await tx
      .update(vfolderInvitations)
      .set({ inviter: to.email })
      .where(inArray(vfolderInvitations.vfolder, some))
    // What belongs to them needs no share any more.
    const shares = inArray(vfolderPermissions.vfolder, some)
    const rows = await tx.select().from(vfolderPermissions).where(shares)
    const own = rows.filter(({ user }) => user === to.userUuid).map((row) => row.id)
    if (own.length > 0) await tx.delete(vfolderPermissions).where(inArray(vfolderPermissions.id, own))
  }
}
