import { eq, or } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import {
  allowsPermission,
  type VfolderPermission,
  type VfolderStatus,
  vfidText,
} from '../../../core/vfolder.ts'
import type { Store } from '../../../db/store.ts'
import type { StoredFolder } from '../../storage/storage-hosts.ts'
import type { FolderRow } from './folder-context.ts'
import { folderUuid, isFolderId } from './folder-id.ts'
import type { FolderUser } from './reachable-projects.ts'
import { type VisibleFolder, visibleFolders } from './visible-folders.ts'

export interface FolderNeed {
  /** `owner`: to change the folder itself. */
  permission: VfolderPermission | 'owner'
  /** Default: those in use. */
  statuses?: readonly VfolderStatus[]
}

/** Statuses in which the files of a folder may be changed. */
const CHANGEABLE: readonly VfolderStatus[] = ['ready', 'mounted']

/**
 * The folder that a user means by a name or an id.
 * @throws Problem `object-not-found` also where the user may see it but not do this (003), `too-many-vfolders` where a
 * name stands for several.
 */
export async function findFolder(
  store: Pick<Store, 'db' | 'tables'>,
  user: Pick<FolderUser, 'userUuid' | 'role' | 'domainName'>,
  nameOrId: string,
  need: FolderNeed,
): Promise<VisibleFolder> {
  const { vfolders: f } = store.tables
  const byName = eq(f.name, nameOrId)
  const where = isFolderId(nameOrId) ? or(eq(f.id, folderUuid(nameOrId)), byName) : byName
  const found = await visibleFolders(store, user, {
    where,
    ...(need.statuses && { statuses: need.statuses }),
  })
  const [folder, ...others] = found
  if (!folder) throw notFound('virtual folder', `You see no folder "${nameOrId}".`)
  if (others.length > 0) throw tooMany(nameOrId, found)
  requirePermission(folder, need.permission)
  return folder
}

function requirePermission(
  { row, isOwner, permission }: VisibleFolder,
  wanted: FolderNeed['permission'],
): void {
  if (wanted === 'owner' ? !isOwner : !allowsPermission(permission, wanted)) {
    const msg =
      wanted === 'owner'
        ? `Only its owner may do that with the folder "${row.name}".`
        : `The folder "${row.name}" is shared with you as ${permission}; that needs ${wanted}.`
    throw notFound('virtual folder', msg)
  }
  if (wanted === 'ro' || wanted === 'owner') return
  if (!CHANGEABLE.some((status) => status === row.status)) throw busy(row)
}

/** The folder is being copied, or its copy is not complete. */
export const busy = ({ name, status }: Pick<FolderRow, 'name' | 'status'>): Problem =>
  new Problem('vfolder-operation-failed', {
    msg: `The folder "${name}" is ${status}; try again later.`,
    data: {},
  })

const tooMany = (name: string, found: readonly VisibleFolder[]): Problem =>
  new Problem('too-many-vfolders', {
    msg: `Several folders are named "${name}": use an id.`,
    data: { matches: found.map(({ row }) => ({ id: row.id, name: row.name, host: row.host })) },
  })

/** Where the folder's files are. @throws Problem for unmanaged folders, which no storage proxy serves. */
export function storedFolder({ host, quotaScopeId, id, name, unmanagedPath }: FolderRow): StoredFolder {
  if (unmanagedPath === null) return { host, vfid: vfidText(quotaScopeId, id) }
  throw new Problem('vfolder-operation-failed', {
    msg: `The folder "${name}" is a path of the hosts: it is used in sessions only.`,
    data: {},
  })
}
