/** What a volume can do beyond plain files; the names are those that clients read. */
export type VolumeCapability = 'vfolder' | 'quota' | 'metric' | 'fast-scan' | 'fast-size' | 'fast-fs-size'

export interface VolumeUsage {
  capacityBytes: number
  usedBytes: number
}

/** Rates since the last reading, or since the start of the machine at the first; zero where nothing is known. */
export interface VolumeMetric {
  iopsRead: number
  iopsWrite: number
  bytesRead: number
  bytesWrite: number
  /** Microseconds of one operation. */
  usecRead: number
  usecWrite: number
}

/** A virtual folder on a volume (storage.md §1). */
export interface FolderId {
  /** `user:<uuid>` or `project:<uuid>`; null: a folder from before quota scopes. */
  scope: string | null
  /** 32 hex digits. */
  folder: string
}

/** Null: unknown, or no limit. Bytes. */
export interface ScopeQuota {
  usedBytes: number | null
  limitBytes: number | null
}

export type StorageErrorKind =
  /** The folder, or a file or directory in it. */
  | 'not-found'
  | 'scope-not-found'
  | 'exists'
  /** A directory where a file is needed, or the other way round, or one that is not empty. */
  | 'wrong-type'
  /** A path that leads out of its folder or that no file can have. */
  | 'invalid-path'
  | 'conflict'
  | 'no-space'
  | 'unsupported'

/** What users can do something about; everything else is a failure of the backend. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: StorageErrorKind
  constructor(kind: StorageErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

export interface FileEntry {
  name: string
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK'
  /** Permission bits. */
  mode: number
  size: number
  createdAt: Date
  modifiedAt: Date
  /** Of symbolic links. */
  target: string | null
}

export interface FileContent {
  size: number
  modifiedAt: Date
  /** The bytes from `start` up to and without `end`; closes the file when it ends or is cancelled. Call it once. */
  stream(start: number, end: number): ReadableStream<Uint8Array>
  /** Instead of `stream`. */
  close(): Promise<void>
}

/**
 * The files of one folder. Paths are relative to it; no symbolic link and no `..` leads out, even while somebody
 * changes the folder. @throws StorageError
 */
export interface FolderFiles {
  /** At most `limit` entries by name; 0: all. */
  list(path: string, limit: number): Promise<FileEntry[]>
  makeDirectory(path: string, options: { parents: boolean; existOk: boolean }): Promise<void>
  /** Within its directory; never over something that is there. */
  rename(path: string, newName: string): Promise<void>
  /** Into `to` where that is a directory; directories on the way are made. */
  move(from: string, to: string): Promise<void>
  remove(path: string, options: { recursive: boolean }): Promise<void>
  read(path: string): Promise<FileContent>
  /** Whether it is there, and what. */
  kindOf(path: string): Promise<FileEntry['type'] | null>
  /** −1 for each where counting takes longer than `budgetMs`. */
  usage(budgetMs: number): Promise<{ fileCount: number; usedBytes: number }>
  /** An empty upload under way. */
  beginUpload(session: string): Promise<void>
  /** Bytes that have come; null: no such upload. */
  uploadedBytes(session: string): Promise<number | null>
  /** Appends at `offset`, which must be where the upload is. Gives the new offset, also when the stream breaks off. */
  append(session: string, offset: number, content: ReadableStream<Uint8Array>, limit: number): Promise<number>
  /** Moves the upload to its place, over what is there. */
  finishUpload(session: string, path: string): Promise<void>
}

/** The storage volume port: a place that holds virtual folders. Drivers live in plugins/storage-*. */
export interface StorageVolume {
  readonly name: string
  readonly backend: string
  /** The mount path on the storage node. */
  readonly path: string
  readonly fsprefix: string
  readonly capabilities: readonly VolumeCapability[]
  usage(): Promise<VolumeUsage>
  /** `healthy`, or what is wrong in a sentence. */
  health(): Promise<{ status: 'healthy' | 'unavailable'; info: string | null }>
  metric(): Promise<VolumeMetric>
  /** @throws StorageError `exists` */
  createQuotaScope(scope: string, limitBytes: number | null): Promise<void>
  /** @throws StorageError `scope-not-found` */
  quota(scope: string): Promise<ScopeQuota>
  /** Makes the scope where it is missing; null: no limit. Backends without the capability ignore the limit. */
  setQuota(scope: string, limitBytes: number | null): Promise<void>
  /** Makes its scope, too, with `scopeLimitBytes`. A folder that is there stays as it is. */
  createFolder(folder: FolderId, scopeLimitBytes: number | null): Promise<void>
  /** A folder that is gone is no error. */
  deleteFolder(folder: FolderId): Promise<void>
  /** Makes the folder `to` with all that is in `from`; what an earlier try left of it is replaced. */
  cloneFolder(from: FolderId, to: FolderId, signal: AbortSignal): Promise<void>
  /** Where the folder, or a directory in it, is on every node that mounts this volume. @throws StorageError */
  hostPath(folder: FolderId, subpath: string): Promise<string>
  /** @throws StorageError `not-found` */
  files(folder: FolderId): Promise<FolderFiles>
}

export interface StorageVolumeSettings {
  name: string
  path: string
  fsprefix: string
  options: Record<string, unknown>
}

/** A storage plugin makes volumes of one backend. */
export interface StoragePlugin {
  readonly backend: string
  open(settings: StorageVolumeSettings): Promise<StorageVolume>
}
