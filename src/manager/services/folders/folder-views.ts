import type { FolderRow } from './folder-context.ts'
import type { OwnerNames } from './owner-names.ts'
import type { VisibleFolder } from './visible-folders.ts'

const hex = (id: string): string => id.replaceAll('-', '')

/** A new folder as its creator is told of it (client-wire.md §2.4). */
export const createdView = (row: FolderRow) => ({
  id: hex(row.id),
  name: row.name,
  quota_scope_id: row.quotaScopeId,
  host: row.host,
  usage_mode: row.usageMode,
  permission: row.permission,
  max_size: row.maxSize,
  creator: row.creator,
  ownership_type: row.ownershipType,
  user: row.user,
  group: row.group,
  cloneable: row.cloneable,
  status: row.status,
})

/** An item of `GET /folders`. */
export const listedView = (
  { row, isOwner, permission, projectName }: VisibleFolder,
  email: string | null,
) => ({
  name: row.name,
  id: hex(row.id),
  quota_scope_id: row.quotaScopeId,
  host: row.host,
  status: row.status,
  usage_mode: row.usageMode,
  created_at: row.createdAt.toISOString(),
  is_owner: isOwner,
  permission: shownPermission({ row, isOwner, permission }),
  user: row.user,
  group: row.group,
  creator: row.creator,
  user_email: email,
  group_name: projectName,
  ownership_type: row.ownershipType,
  type: row.ownershipType,
  cloneable: row.cloneable,
  unmanaged_path: row.unmanagedPath,
  max_files: row.maxFiles,
  max_size: row.maxSize,
  cur_size: row.curSize,
})

/** Owners see what the folder gives to others; they may do everything anyway. */
export const shownPermission = ({ row, isOwner, permission }: Omit<VisibleFolder, 'projectName'>) =>
  isOwner ? row.permission : permission

/** `GET /folders/{name}`; owners that are not are the text "None", as clients read it. */
export const detailView = (
  { row, isOwner, permission }: Omit<VisibleFolder, 'projectName'>,
  usage: { fileCount: number; usedBytes: number },
  { email, projectName }: OwnerNames,
) => ({
  name: row.name,
  id: hex(row.id),
  host: row.host,
  quota_scope_id: row.quotaScopeId,
  status: row.status,
  numFiles: usage.fileCount,
  num_files: usage.fileCount,
  used_bytes: usage.usedBytes,
  created: row.createdAt.toISOString(),
  created_at: row.createdAt.toISOString(),
  last_used: row.lastUsed?.toISOString() ?? null,
  user: row.user ?? 'None',
  group: row.group ?? 'None',
  creator: row.creator,
  user_email: email,
  group_name: projectName,
  type: row.ownershipType,
  is_owner: isOwner,
  permission: shownPermission({ row, isOwner, permission }),
  usage_mode: row.usageMode,
  cloneable: row.cloneable,
  max_files: row.maxFiles,
  max_size: row.maxSize,
  cur_size: Math.ceil(usage.usedBytes / 1024),
})
