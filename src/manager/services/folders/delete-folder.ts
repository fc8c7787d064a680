import { and, eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { vfidText } from '../../../core/vfolder.ts'
import type { Requester } from '../../context.ts'
import { nameTaken, ownerOfFolder, refuseTaken } from './create-folder.ts'
import { busy, findFolder } from './find-folder.ts'
import type { FolderContext, FolderPorts, FolderRow } from './folder-context.ts'
import { moveFolder } from './folder-status.ts'
import { requireHostPermission } from './host-grants.ts'
import { refuseMounted } from './mounted-folders.ts'
import { releaseScope } from './release-scope.ts'
import type { VisibleFolder } from './visible-folders.ts'

/** Puts a folder into the trash: its name is free at once, its shares end, its files stay for a while. */
export async function trashFolder(ports: FolderPorts, requester: Requester, nameOrId: string): Promise<void> {
  const { row } = await findFolder(ports.store, requester, nameOrId, { permission: 'wd' })
  await requireHostPermission(ports.store, requester, row, 'delete-vfolder')
  await trash(ports, row)
}

/** The same with any folder of the cluster. */
export async function trashAnyFolder(ports: FolderPorts, id: string): Promise<void> {
  await trash(ports, await anyFolder(ports, id))
}

async function trash(ports: FolderPorts, row: FolderRow): Promise<void> {
  const { store } = ports
  const { vfolderInvitations: invitations, vfolderPermissions: permissions } = store.tables
  await store.tx(async (tx) => {
    await refuseMounted(store, tx, row)
    if (!(await moveFolder(ports, tx, row, ['ready', 'mounted', 'error'], 'delete-pending'))) throw busy(row)
    await tx.delete(invitations).where(eq(invitations.vfolder, row.id))
    await tx.delete(permissions).where(eq(permissions.vfolder, row.id))
  })
}

async function anyFolder({ store }: Pick<FolderPorts, 'store'>, id: string): Promise<FolderRow> {
  const { vfolders: f } = store.tables
  const [row] = await store.db.select().from(f).where(eq(f.id, id))
  if (!row || row.status === 'delete-complete') throw notFound('virtual folder', `There is no folder ${id}.`)
  return row
}

async function inTrash({ store }: FolderPorts, requester: Requester, id: string): Promise<VisibleFolder> {
  return await findFolder(store, requester, id, { permission: 'owner', statuses: ['delete-pending'] })
}

/** Takes a folder out of the trash, where its name is still free and its owner may have one more. */
export async function restoreFolder(
  { ports }: Pick<FolderContext, 'ports'>,
  requester: Requester,
  id: string,
): Promise<void> {
  const { row } = await inTrash(ports, requester, id)
  await requireHostPermission(ports.store, requester, row, 'delete-vfolder')
  const owner = await ownerOfFolder(ports.store, requester, row)
  await ports.store.tx(async (tx) => {
    await refuseTaken(ports.store, tx, owner, row.name)
    if (!(await moveFolder(ports, tx, row, ['delete-pending'], 'ready'))) throw nameTaken(row.name)
  })
}

/** Ends the stay of a folder in the trash; its files go in the background. */
export async function emptyTrash(
  { ports, tasks }: Pick<FolderContext, 'ports' | 'tasks'>,
  requester: Requester,
  id: string,
): Promise<void> {
  const { row } = await inTrash(ports, requester, id)
  await requireHostPermission(ports.store, requester, row, 'delete-vfolder')
  if (!(await ports.store.tx((tx) => moveFolder(ports, tx, row, ['delete-pending'], 'delete-ongoing'))))
    return
  await tasks.start('remove-folder', requester, async () => {
    await removeContents(ports, row)
    return `The folder "${row.name}" is gone.`
  })
}

/** Removes the row of a folder whose stay in the trash has ended, or ends it. */
export async function purgeFolder(
  { ports }: Pick<FolderContext, 'ports'>,
  requester: Requester,
  id: string,
): Promise<void> {
  const { store } = ports
  const { row } = await findFolder(store, requester, id, {
    permission: 'owner',
    statuses: ['delete-pending', 'delete-complete', 'delete-error'],
  })
  if (row.status !== 'delete-complete') await removeContents(ports, row)
  await releaseScope(ports, row)
  const { vfolders: f } = store.tables
  await store.tx((tx) => tx.delete(f).where(and(eq(f.id, row.id), eq(f.status, 'delete-complete'))))
}

/** Removes the files; a removal that breaks off is taken up again (`tend-folders`). */
export async function removeContents(
  ports: Pick<FolderPorts, 'store' | 'storage' | 'clock' | 'log'>,
  row: FolderRow,
): Promise<void> {
  const { store, storage, log } = ports
  const sources = ['delete-pending', 'delete-ongoing', 'delete-error'] as const
  if (!(await store.tx((tx) => moveFolder(ports, tx, row, sources, 'delete-ongoing')))) return
  const history = { id: row.id, statusHistory: row.statusHistory }
  try {
    if (row.unmanagedPath === null)
      await storage.deleteFolder({ host: row.host, vfid: vfidText(row.quotaScopeId, row.id) })
  } catch (cause) {
    if (!(cause instanceof Problem && cause.kind === 'object-not-found')) {
      log.error({ err: cause, folder: row.id }, 'the files of a folder could not be removed')
      await store.tx((tx) => moveFolder(ports, tx, history, ['delete-ongoing'], 'delete-error'))
      throw cause
    }
  }
  await store.tx((tx) => moveFolder(ports, tx, history, ['delete-ongoing'], 'delete-complete'))
}
