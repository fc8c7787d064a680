import { and, eq, inArray } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { LIVE_VFOLDER_STATUSES } from '../../../core/vfolder.ts'
import { refuseTaken } from './create-folder.ts'
import type { FolderPorts } from './folder-context.ts'

/** Gives a user's folder to another user; its files stay in their quota scope. */
export async function changeOwnership(
  { store }: Pick<FolderPorts, 'store'>,
  folderId: string,
  email: string,
): Promise<void> {
  const { vfolders: f, vfolderPermissions: p, vfolderInvitations: i, users } = store.tables
  await store.tx(async (tx) => {
    const [user] = await tx
      .select({ uuid: users.uuid })
      .from(users)
      .where(and(eq(users.email, email), eq(users.status, 'active')))
    if (!user) throw notFound('user', `There is no active user ${email}.`)
    const [row] = await tx
      .select()
      .from(f)
      .where(and(eq(f.id, folderId), inArray(f.status, [...LIVE_VFOLDER_STATUSES])))
    if (!row) throw notFound('virtual folder', `There is no folder ${folderId}.`)
    if (row.user === null)
      throw new Problem('invalid-api-params', { msg: 'The folder belongs to a project.', data: {} })
    if (row.user === user.uuid) return
    await refuseTaken(store, tx, { user: user.uuid, group: null, maxCount: 0 }, row.name)
    await tx.update(f).set({ user: user.uuid }).where(eq(f.id, folderId))
    await tx.delete(p).where(and(eq(p.vfolder, folderId), eq(p.user, user.uuid)))
    await tx.delete(i).where(and(eq(i.vfolder, folderId), eq(i.state, 'pending')))
  })
}
