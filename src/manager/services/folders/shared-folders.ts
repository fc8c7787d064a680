import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import { LIVE_VFOLDER_STATUSES, type VfolderPermission } from '../../../core/vfolder.ts'
import type { Requester } from '../../context.ts'
import type { FolderPorts } from './folder-context.ts'

type Ports = Pick<FolderPorts, 'store'>

/** With whom the requester's own folders are shared; superadmins see those of all users. */
export async function sharedFolders({ store }: Ports, requester: Requester, folderId: string | null) {
  const { vfolders: f, vfolderPermissions: p, users } = store.tables
  const owner = sql<string | null>`(select ${users.email} from ${users} where ${users.uuid} = ${f.user})`
  const rows = await store.db
    .select({
      id: f.id,
      name: f.name,
      status: f.status,
      ownerUuid: f.user,
      type: f.ownershipType,
      permission: p.permission,
      user: users.uuid,
      email: users.email,
      owner,
    })
    .from(p)
    .innerJoin(f, eq(p.vfolder, f.id))
    .innerJoin(users, eq(p.user, users.uuid))
    .where(
      and(
        isNotNull(f.user),
        inArray(f.status, [...LIVE_VFOLDER_STATUSES]),
        folderId === null ? undefined : eq(f.id, folderId),
        requester.isSuperadmin ? undefined : eq(f.user, requester.userUuid),
      ),
    )
    .orderBy(f.createdAt, users.email)
  return rows.map((row) => ({
    vfolder_id: row.id,
    vfolder_name: row.name,
    status: row.status,
    owner: row.ownerUuid,
    type: row.type,
    shared_by: row.owner,
    shared_to: { uuid: row.user, email: row.email },
    perm: row.permission,
  }))
}

/** Another permission for one user, or, with null, none any more. Gives what was done. */
export async function changeShare(
  { store }: Ports,
  requester: Requester,
  folderId: string,
  user: string,
  permission: VfolderPermission | null,
): Promise<string> {
  const { vfolders: f, vfolderPermissions: p } = store.tables
  const [row] = await store.db
    .select({ name: f.name })
    .from(f)
    .where(
      and(
        eq(f.id, folderId),
        inArray(f.status, [...LIVE_VFOLDER_STATUSES]),
        requester.isSuperadmin ? undefined : eq(f.user, requester.userUuid),
      ),
    )
  if (!row) throw notFound('virtual folder', `You have no folder ${folderId}.`)
  const share = and(eq(p.vfolder, folderId), eq(p.user, user))
  const changed = await store.tx((tx) =>
    permission === null
      ? tx.delete(p).where(share).returning({ id: p.id })
      : tx.update(p).set({ permission }).where(share).returning({ id: p.id }),
  )
  if (changed.length === 0) throw notFound('user', 'With that user the folder is not shared.')
  return permission === null
    ? `The folder "${row.name}" is not shared with that user any more.`
    : `The folder "${row.name}" is shared as ${permission} with that user.`
}
