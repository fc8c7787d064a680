import { and, eq, inArray } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { VfolderPermission } from '../../../core/vfolder.ts'
import type { Requester } from '../../context.ts'
import { findFolder } from './find-folder.ts'
import type { FolderPorts } from './folder-context.ts'
import { requireHostPermission } from './host-grants.ts'
import { reachableProjects } from './reachable-projects.ts'

type Ports = Pick<FolderPorts, 'store'>

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

async function projectFolder({ store }: Ports, requester: Requester, nameOrId: string) {
  const isAdmin =
    requester.isAdmin || (await reachableProjects(store, requester)).some((project) => project.isAdmin)
  if (!isAdmin)
    throw new Problem('insufficient-privilege', { msg: 'Only administrators share folders of projects.' })
  const { row } = await findFolder(store, requester, nameOrId, { permission: 'owner' })
  if (row.group === null) throw invalid(`"${row.name}" is a user's folder: invite others to it instead.`)
  await requireHostPermission(store, requester, row, 'set-user-specific-permission')
  return { ...row, group: row.group }
}

/** Gives members of a project a permission of their own for its folder; gives whom. */
export async function shareFolder(
  ports: Ports & { newId: () => string },
  requester: Requester,
  nameOrId: string,
  emails: readonly string[],
  permission: VfolderPermission,
): Promise<string[]> {
  const { store, newId } = ports
  const row = await projectFolder(ports, requester, nameOrId)
  const { users, groupMembers: m, vfolderPermissions: p } = store.tables
  return await store.tx(async (tx) => {
    const members = await tx
      .select({ uuid: users.uuid, email: users.email })
      .from(users)
      .innerJoin(m, eq(m.userId, users.uuid))
      .where(and(eq(m.groupId, row.group), inArray(users.email, [...emails]), eq(users.status, 'active')))
    if (members.length === 0) throw notFound('user', 'None of them is a member of the project.')
    const ids = members.map(({ uuid }) => uuid)
    await tx.delete(p).where(and(eq(p.vfolder, row.id), inArray(p.user, ids)))
    await tx.insert(p).values(ids.map((user) => ({ id: newId(), permission, vfolder: row.id, user })))
    return members.map(({ email }) => email)
  })
}

/** Takes such permissions back: those members have what the folder gives to all. Gives whom. */
export async function unshareFolder(
  ports: Ports,
  requester: Requester,
  nameOrId: string,
  emails: readonly string[],
): Promise<string[]> {
  const { store } = ports
  const row = await projectFolder(ports, requester, nameOrId)
  const { users, vfolderPermissions: p } = store.tables
  return await store.tx(async (tx) => {
    const shared = await tx
      .select({ id: p.id, email: users.email })
      .from(p)
      .innerJoin(users, eq(p.user, users.uuid))
      .where(and(eq(p.vfolder, row.id), inArray(users.email, [...emails])))
    if (shared.length === 0) throw notFound('user', 'With none of them the folder is shared.')
    await tx.delete(p).where(
      inArray(
        p.id,
        shared.map(({ id }) => id),
      ),
    )
    return shared.map(({ email }) => email)
  })
}

/** Ends the requester's share of somebody's folder, or, as its owner, that of `user`. Gives the folder's name. */
export async function leaveFolder(
  { store }: Ports,
  requester: Requester,
  nameOrId: string,
  user: string | null,
): Promise<string> {
  const { row, isOwner } = await findFolder(store, requester, nameOrId, { permission: 'ro' })
  if (row.ownershipType === 'group') throw invalid('A folder of a project cannot be left.')
  if (isOwner && (user === null || user === requester.userUuid))
    throw invalid('A folder of your own cannot be left.')
  if (!isOwner && user !== null && user !== requester.userUuid)
    throw new Problem('insufficient-privilege', { msg: 'Only the owner ends the share of another user.' })
  const { vfolderPermissions: p } = store.tables
  const gone = await store.tx((tx) =>
    tx
      .delete(p)
      .where(and(eq(p.vfolder, row.id), eq(p.user, user ?? requester.userUuid)))
      .returning({ id: p.id }),
  )
  if (gone.length === 0) throw notFound('user', 'With that user the folder is not shared.')
  return row.name
}
