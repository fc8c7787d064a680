/** A volume of a storage proxy; its host name is `<proxy>:<volume>` (storage.md §1). */
export interface StorageHost {
  host: string
  backend: string
  /** Where every node mounts it. */
  path: string
  fsprefix: string
  capabilities: readonly string[]
  /** Resource groups whose sessions serve its files over SFTP. */
  sftpScalingGroups: readonly string[]
}

export interface StoredFile {
  name: string
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK'
  /** Permission bits. */
  mode: number
  size: number
  /** ISO times. */
  created: string
  modified: string
}

/** Where a client moves the bytes of a file. */
export interface Transfer {
  token: string
  url: string
}

/** A folder on its host; `vfid` is what `vfidText` writes. */
export interface StoredFolder {
  host: string
  vfid: string
}

/**
 * The storage port: folders and their files, wherever they are. Failures are Problems: `object-not-found` for what is
 * not there, `vfolder-operation-failed` for what cannot be done, `service-unavailable` for a host that does not answer.
 */
export interface StorageHosts {
  /** Those of all proxies that answer, by name. */
  list(): Promise<StorageHost[]>
  /** The host for folders that name none; null where none is set. */
  defaultHost(): Promise<string | null>
  fsUsage(host: string): Promise<{ capacityBytes: number; usedBytes: number }>
  metric(host: string): Promise<Record<string, number>>
  hardware(host: string): Promise<Record<string, unknown>>
  /** Null: unknown, or no limit. */
  quota(host: string, scope: string): Promise<{ usedBytes: number | null; limitBytes: number | null }>
  /** Null: no limit. */
  setQuota(host: string, scope: string, limitBytes: number | null): Promise<void>
  /** Of a scope that is there: no limit. */
  unsetQuota(host: string, scope: string): Promise<void>
  /** The limit is its scope's, should that be new. */
  createFolder(folder: StoredFolder, scopeLimitBytes: number | null): Promise<void>
  deleteFolder(folder: StoredFolder): Promise<void>
  /** Within one volume. */
  cloneFolder(from: StoredFolder, to: StoredFolder, signal: AbortSignal): Promise<void>
  /** The path of a folder, or of a directory in it, on every node that mounts the volume. */
  mountPath(folder: StoredFolder, subpath: string): Promise<string>
  /** −1 where counting takes too long. */
  usage(folder: StoredFolder): Promise<{ fileCount: number; usedBytes: number }>
  listFiles(folder: StoredFolder, path: string): Promise<StoredFile[]>
  /** A small file, whole. */
  readFile(folder: StoredFolder, path: string): Promise<Uint8Array>
  makeDirectories(
    folder: StoredFolder,
    paths: readonly string[],
    options: { parents: boolean; existOk: boolean },
  ): Promise<void>
  renameFile(folder: StoredFolder, path: string, newName: string): Promise<void>
  moveFile(folder: StoredFolder, from: string, to: string): Promise<void>
  removeFiles(folder: StoredFolder, paths: readonly string[], options: { recursive: boolean }): Promise<void>
  upload(folder: StoredFolder, path: string, size: number): Promise<Transfer>
  download(folder: StoredFolder, path: string, options: { archive: boolean }): Promise<Transfer>
}
