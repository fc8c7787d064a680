import type { Connection } from './connection.ts'
import type { GraphQl } from './graphql.ts'
import type { Transport } from './transport.ts'
import { createFolderFiles, type FolderFiles } from './vfolder-files.ts'
import { createFolderList, type FolderList } from './vfolder-list.ts'
import { createFolderSharing, type FolderSharing } from './vfolder-sharing.ts'
import { createFolderTransfer, type FolderTransfer } from './vfolder-transfer.ts'
import type {
  CreatedFolder,
  FolderInfo,
  FolderOptions,
  FolderPermission,
  FolderUsage,
} from './vfolder-types.ts'

/** Life of virtual folders. A folder is named by its name or its id everywhere. */
export interface Folders {
  create(options: FolderOptions, signal?: AbortSignal): Promise<CreatedFolder>
  info(folder: string, signal?: AbortSignal): Promise<FolderInfo>
  rename(folder: string, name: string): Promise<void>
  delete(folder: string): Promise<void>
  /** By its id, also where another folder has the same name. */
  deleteById(folderId: string): Promise<void>
  /** Takes a deleted folder out of the trash. */
  restore(folderId: string): Promise<void>
  /** Ends a deleted folder's stay in the trash: its files go. */
  purge(folderId: string): Promise<void>
  /** Copies a folder that its owner has made cloneable; the id of the background task, or null when it is done. */
  clone(
    folder: string,
    target: { name: string; host?: string; usageMode?: FolderUsage; permission?: FolderPermission },
  ): Promise<string | null>
  updateOptions(
    folder: string,
    options: { cloneable?: boolean; permission?: FolderPermission },
  ): Promise<void>
}

export type FolderApi = Folders & FolderList & FolderFiles & FolderSharing & FolderTransfer

export function createFolders(
  connection: Connection,
  graphql: GraphQl,
  transport: Transport,
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>,
): FolderApi {
  const files = createFolderFiles(connection)
  return {
    ...createFolderList(connection, graphql),
    ...files,
    ...createFolderSharing(connection),
    ...createFolderTransfer(files, transport, sleep),
    create: (options, signal) =>
      connection.json<CreatedFolder>({
        method: 'POST',
        path: ['folders'],
        json: {
          name: options.name,
          host: options.host ?? null,
          unmanaged_path: options.unmanagedPath ?? null,
          group: options.group ?? null,
          usage_mode: options.usageMode ?? 'general',
          permission: options.permission ?? 'rw',
          quota: options.quota ?? '0',
          cloneable: options.cloneable ?? false,
        },
        signal,
      }),
    info: (folder, signal) => connection.json({ method: 'GET', path: ['folders', folder], signal }),
    async rename(folder, name) {
      await connection.send({ method: 'POST', path: ['folders', folder, 'rename'], json: { new_name: name } })
    },
    async delete(folder) {
      await connection.send({ method: 'DELETE', path: ['folders', folder], isIdempotent: false })
    },
    async deleteById(folderId) {
      await connection.send({ method: 'DELETE', path: ['folders'], json: { id: folderId } })
    },
    async restore(folderId) {
      await connection.send({
        method: 'POST',
        path: ['folders', 'restore-from-trash-bin'],
        json: { id: folderId },
      })
    },
    async purge(folderId) {
      await connection.send({
        method: 'POST',
        path: ['folders', 'delete-from-trash-bin'],
        json: { id: folderId },
      })
    },
    async clone(folder, target) {
      const body = await connection.json<{ bgtask_id?: string | null }>({
        method: 'POST',
        path: ['folders', folder, 'clone'],
        json: {
          target_name: target.name,
          target_host: target.host ?? null,
          usage_mode: target.usageMode ?? 'general',
          permission: target.permission ?? 'rw',
        },
      })
      return body.bgtask_id ?? null
    },
    async updateOptions(folder, options) {
      await connection.send({
        method: 'POST',
        path: ['folders', folder, 'update-options'],
        json: { cloneable: options.cloneable ?? null, permission: options.permission ?? null },
        isIdempotent: true,
      })
    },
  }
}
