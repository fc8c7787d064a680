import { constants, promises } from 'node:fs'
import { below, type FolderHandle, openFolderInside } from '../../src/lib/files/open-inside.ts'
import { StorageError } from '../../src/plugin/storage-volume.ts'

/** The directory of uploads under way; reserved at the top of each folder (storage.md §4). */
export const UPLOAD_DIRECTORY = '.upload'

const SESSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Runs a task in the open directory of uploads under way. */
export async function inUploads<T>(
  root: string,
  session: string,
  task: (uploads: FolderHandle) => Promise<T>,
): Promise<T> {
  if (!SESSION.test(session)) throw new StorageError('invalid-path', `"${session}" is no upload session.`)
  const uploads = await openFolderInside(root, [UPLOAD_DIRECTORY], { owner: null, mode: 0o700 })
  try {
    return await task(uploads)
  } finally {
    await uploads.close()
  }
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
