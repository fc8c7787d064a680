import { constants, promises } from 'node:fs'
import { join } from 'node:path'
import { below, type FolderHandle, openFolderInside } from '../../src/lib/files/open-inside.ts'
import { type FolderId, StorageError } from '../../src/plugin/storage-volume.ts'
import { scopeName } from './folder-layout.ts'
import { entriesOf } from './walk-tree.ts'

/** A directory of the volume's own beside the folders of a scope: on the same file system, and mounted nowhere. */
const UPLOADS = '.uploads'
/** No token lives that long (storage.md §3: a day). */
const STALE_MS = 7 * 24 * 60 * 60 * 1000

const SESSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Where the uploads of one folder are while they are under way. */
export interface UploadPlace {
  /** The directory that exists. */
  readonly root: string
  /** From there on. */
  readonly parts: readonly [string, string]
}

export const uploadPlace = (base: string, { scope, folder }: FolderId): UploadPlace => ({
  root: scope === null ? base : join(base, scopeName(scope)),
  parts: [UPLOADS, folder],
})

/** Runs a task in the open directory of a folder's uploads under way. @throws StorageError */
export async function inUploads<T>(
  place: UploadPlace,
  session: string,
  task: (uploads: FolderHandle) => Promise<T>,
): Promise<T> {
  if (!SESSION.test(session)) throw new StorageError('invalid-path', `"${session}" is no upload session.`)
  const uploads = await openFolderInside(place.root, place.parts, { owner: null, mode: 0o700 })
  try {
    return await task(uploads)
  } finally {
    await uploads.close()
  }
}

/** Begins one, and removes what nobody can continue any more. */
export async function createUpload(uploads: FolderHandle, session: string, now: number): Promise<void> {
  for (const { name } of await entriesOf(uploads)) {
    const found = await promises.lstat(below(uploads, name)).catch(() => null)
    if (found && now - found.mtimeMs > STALE_MS) await promises.rm(below(uploads, name), { force: true })
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  await (await promises.open(below(uploads, session), flags, 0o600)).close()
}

export async function uploadSize(uploads: FolderHandle, session: string): Promise<number | null> {
  try {
    const found = await promises.lstat(below(uploads, session))
    return found.isFile() ? found.size : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Writes what comes behind `offset`; bytes beyond `limit` are refused. What came before a stream broke off stays. */
export async function appendTo(
  uploads: FolderHandle,
  session: string,
  offset: number,
  content: ReadableStream<Uint8Array>,
  limit: number,
): Promise<number> {
  const handle = await promises.open(below(uploads, session), constants.O_WRONLY | constants.O_NOFOLLOW)
  let at = offset
  try {
    const { size } = await handle.stat()
    if (size !== offset)
      throw new StorageError('conflict', `The upload is at ${size} bytes, not at ${offset}.`)
    for await (const chunk of content) {
      if (at + chunk.length > limit)
        throw new StorageError('conflict', `More than the ${limit} bytes that were announced have come.`)
      let written = 0
      while (written < chunk.length) {
        const step = await handle.write(chunk, written, chunk.length - written, at)
        written += step.bytesWritten
        at += step.bytesWritten
      }
    }
    return at
  } finally {
    await handle.close()
  }
}
