/** What a folder may be used for by whom it is shared with: read, read and write, write and delete. */
export type FolderPermission = 'ro' | 'rw' | 'wd'
export type FolderUsage = 'general' | 'model' | 'data'

/** What a new folder shall be. */
export interface FolderOptions {
  name: string
  /** Storage host; the default host of the cluster when absent. */
  host?: string
  /** Path of a directory that exists on the storage already (administrators). */
  unmanagedPath?: string
  /** Project, by name or id: the folder belongs to it and not to the user. */
  group?: string
  usageMode?: FolderUsage
  permission?: FolderPermission
  /** Size such as `10g`; `0` for none. */
  quota?: string
  cloneable?: boolean
}

export interface CreatedFolder {
  id: string
  name: string
  host: string
  quota_scope_id: string
  usage_mode: FolderUsage
  permission: FolderPermission
  ownership_type: 'user' | 'group'
  user: string | null
  group: string | null
  cloneable: boolean
  status: string
}

/** `GET /folders/{name}`. */
export interface FolderInfo {
  id: string
  name: string
  host: string
  status: string
  is_owner: boolean
  permission: FolderPermission
  usage_mode: FolderUsage
  type: 'user' | 'group'
  user: string | null
  group: string | null
  /** Of the owner, where it is a user. Servers of the original do not say. */
  user_email?: string | null
  /** Of the owner, where it is a project. */
  group_name?: string | null
  cloneable: boolean
  numFiles: number
  /** Bytes. */
  used_bytes?: number
  created_at?: string
  last_used?: string | null
}

/** One line of `GET /folders`. */
export interface FolderSummary {
  id: string
  name: string
  host: string
  status: string
  usage_mode: FolderUsage
  permission: FolderPermission
  ownership_type: 'user' | 'group'
  is_owner: boolean
  user: string | null
  group: string | null
  group_name?: string | null
  creator: string | null
  created_at: string
  cloneable: boolean
}

export interface FolderHosts {
  /** Host of new folders that name none. */
  default: string | null
  allowed: string[]
  /** Backend and capabilities of each host. */
  volume_info?: Record<string, Record<string, unknown>>
}

/** A file or directory inside a folder. */
export interface FolderFile {
  name: string
  type: 'FILE' | 'DIRECTORY' | 'SYMBOLIC_LINK' | 'CHARACTER_DEVICE' | 'BLOCK_DEVICE' | 'FIFO' | 'SOCKET'
  /** Bytes. */
  size: number
  /** `-rw-r--r--` or octal digits, as the server writes it. */
  mode: string
  /** ISO date, or null where the storage does not know it. */
  modified: string | null
}

export interface FolderInvitation {
  id: string
  inviter: string
  invitee?: string
  vfolder_id: string
  vfolder_name: string
  perm: FolderPermission
  state?: string
  created_at?: string
}
