import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { VfolderPermission } from '../../../core/vfolder.ts'
import type { Requester } from '../../context.ts'
import { checkNewName, refuseTaken } from './create-folder.ts'
import { findFolder } from './find-folder.ts'
import type { FolderPorts } from './folder-context.ts'
import { requireHostPermission } from './host-grants.ts'

/** Gives a folder another name. */
export async function renameFolder(
  { store }: Pick<FolderPorts, 'store'>,
  requester: Requester,
  nameOrId: string,
  newName: string,
): Promise<void> {
  const { row } = await findFolder(store, requester, nameOrId, { permission: 'owner' })
  checkNewName(newName)
  if (row.ownershipType === 'group' && newName.startsWith('.') && newName !== '.local')
    throw new Problem('invalid-api-params', { msg: 'A project has no dot-folders but ".local".', data: {} })
  await requireHostPermission(store, requester, row, 'modify-vfolder')
  if (newName === row.name) return
  const { vfolders: f } = store.tables
  await store.tx(async (tx) => {
    await refuseTaken(store, tx, { ...row, maxCount: 0 }, newName)
    await tx.update(f).set({ name: newName }).where(eq(f.id, row.id))
  })
}

/** What is null stays as it is. */
export async function changeFolderOptions(
  { store }: Pick<FolderPorts, 'store'>,
  requester: Requester,
  nameOrId: string,
  change: { cloneable: boolean | null; permission: VfolderPermission | null },
): Promise<void> {
  const { row } = await findFolder(store, requester, nameOrId, { permission: 'owner' })
  await requireHostPermission(store, requester, row, 'modify-vfolder')
  const set = {
    ...(change.cloneable === null ? {} : { cloneable: change.cloneable }),
    ...(change.permission === null ? {} : { permission: change.permission }),
  }
  if (Object.keys(set).length === 0) return
  const { vfolders: f } = store.tables
  await store.tx((tx) => tx.update(f).set(set).where(eq(f.id, row.id)))
}
