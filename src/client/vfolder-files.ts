import type { Connection } from './connection.ts'
import type { FolderFile } from './vfolder-types.ts'

/** Where the bytes of a file go to or come from, for some minutes. */
export interface TransferTicket {
  token: string
  /** Of the storage proxy, without the token. */
  url: string
}

/** Files inside a folder; paths are relative to it. */
export interface FolderFiles {
  listFiles(folder: string, path?: string, signal?: AbortSignal): Promise<FolderFile[]>
  mkdir(folder: string, path: string, options?: { parents?: boolean; existOk?: boolean }): Promise<void>
  /** Within its directory; `name` is no path. */
  renameFile(folder: string, path: string, name: string): Promise<void>
  moveFile(folder: string, from: string, to: string): Promise<void>
  deleteFiles(folder: string, paths: readonly string[], options?: { recursive?: boolean }): Promise<void>
  requestUpload(folder: string, path: string, size: number, signal?: AbortSignal): Promise<TransferTicket>
  /** `archive`: a directory comes as one zip file. */
  requestDownload(
    folder: string,
    path: string,
    options?: { archive?: boolean },
    signal?: AbortSignal,
  ): Promise<TransferTicket>
}

/** One line of the older list, a text inside the answer. */
interface ListedFile {
  filename: string
  size: number
  /** Seconds since the epoch. */
  mtime: number
  mode: string
}

export function createFolderFiles(connection: Connection): FolderFiles {
  const post = (folder: string, action: string, json: object, signal?: AbortSignal) =>
    connection.json<TransferTicket>({ method: 'POST', path: ['folders', folder, action], json, signal })

  return {
    async listFiles(folder, path = '.', signal) {
      const body = await connection.json<{ items?: FolderFile[]; files?: string; error_msg?: string }>({
        method: 'GET',
        path: ['folders', folder, 'files'],
        query: { path },
        signal,
      })
      if (body.error_msg) throw new RangeError(body.error_msg)
      return body.items ?? (JSON.parse(body.files ?? '[]') as ListedFile[]).map(fromListed)
    },
    async mkdir(folder, path, options = {}) {
      const json = { path, parents: options.parents ?? false, exist_ok: options.existOk ?? false }
      await connection.send({ method: 'POST', path: ['folders', folder, 'mkdir'], json })
    },
    async renameFile(folder, path, name) {
      const json = { target_path: path, new_name: name }
      await connection.send({ method: 'POST', path: ['folders', folder, 'rename-file'], json })
    },
    async moveFile(folder, from, to) {
      const json = { src: from, dst: to }
      await connection.send({ method: 'POST', path: ['folders', folder, 'move-file'], json })
    },
    async deleteFiles(folder, paths, options = {}) {
      await connection.send({
        method: 'DELETE',
        path: ['folders', folder, 'delete-files'],
        json: { files: paths, recursive: options.recursive ?? false },
        isIdempotent: false,
      })
    },
    requestUpload: (folder, path, size, signal) => post(folder, 'request-upload', { path, size }, signal),
    requestDownload: (folder, path, options = {}, signal) =>
      post(folder, 'request-download', { path, ...(options.archive ? { archive: true } : {}) }, signal),
  }
}

const fromListed = (file: ListedFile): FolderFile => ({
  name: file.filename,
  type: file.mode.startsWith('d') ? 'DIRECTORY' : file.mode.startsWith('l') ? 'SYMBOLIC_LINK' : 'FILE',
  size: file.size,
  mode: file.mode,
  modified: new Date(file.mtime * 1000).toISOString(),
})
