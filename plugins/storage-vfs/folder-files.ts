import { promises, type Stats } from 'node:fs'
import { below, type FolderHandle, openFolderInside } from '../../src/lib/files/open-inside.ts'
import { withoutLinks } from '../../src/lib/files/parts-beneath.ts'
import { type FileEntry, type FolderFiles, StorageError } from '../../src/plugin/storage-volume.ts'
import { openContent } from './file-content.ts'
import { measureTree } from './measure-tree.ts'
import { removeTree } from './remove-tree.ts'
import { namesIn, sayingWhy } from './storage-errors.ts'
import { appendTo, createUpload, inUploads, type UploadPlace, uploadSize } from './upload-session.ts'
import { entriesOf } from './walk-tree.ts'

const MAKE = { owner: null, mode: 0o777 }

/** The files of the folder at `root`, which exists. */
export function folderFiles(root: string, uploading: UploadPlace): FolderFiles {
  /** Runs a task with the open directory of a path, and the name in it. */
  async function inParent<T>(
    path: string,
    task: (parent: FolderHandle, name: string) => Promise<T>,
    options: { follow?: boolean; make?: boolean } = {},
  ): Promise<T> {
    return await sayingWhy(path, async () => {
      const parts = await withoutLinks(root, namesIn(path), options.follow ?? false)
      const name = parts.pop()
      if (name === undefined) throw new StorageError('invalid-path', 'That is the folder itself.')
      const parent = await openFolderInside(root, parts, options.make ? MAKE : null)
      try {
        return await task(parent, name)
      } finally {
        await parent.close()
      }
    })
  }

  async function inDirectory<T>(path: string, task: (folder: FolderHandle) => Promise<T>): Promise<T> {
    return await sayingWhy(path, async () => {
      const parts = await withoutLinks(root, namesIn(path), true)
      const folder = await openFolderInside(root, parts)
      try {
        return await task(folder)
      } finally {
        await folder.close()
      }
    })
  }

  async function kindOf(path: string): Promise<FileEntry['type'] | null> {
    if (namesIn(path).length === 0) return 'DIRECTORY'
    const found = await inParent(path, statPresent, { follow: true }).catch(missing)
    return found === null ? null : typeOf(found)
  }

  return {
    kindOf,
    async list(path, limit) {
      return await inDirectory(path, async (folder) => {
        const isTop = namesIn(path).length === 0
        const all = (await entriesOf(folder)).map(({ name }) => name)
        const names = all.filter((name) => !isTop || !isReservedName(name)).toSorted()
        const shown = limit > 0 ? names.slice(0, limit) : names
        const entries = await Promise.all(shown.map((name) => entryOf(folder, name)))
        return entries.filter((entry) => entry !== null)
      })
    },
    async makeDirectory(path, { parents, existOk }) {
      await inParent(
        path,
        async (parent, name) => {
          try {
            await promises.mkdir(below(parent, name), { mode: 0o777 })
          } catch (error) {
            const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
            if (!isThere || !existOk || !(await statPresent(parent, name))?.isDirectory()) throw error
          }
        },
        { make: parents },
      )
    },
    async rename(path, newName) {
      if (namesIn(newName).length !== 1 || newName.includes('/'))
        throw new StorageError('invalid-path', `"${newName}" is no name of a file.`)
      await inParent(path, async (parent, name) => {
        if (name === newName) return
        await refusePresent(parent, newName, newName)
        await promises.rename(below(parent, name), below(parent, newName))
      })
    },
    async move(from, to) {
      const base = namesIn(from).at(-1) ?? ''
      const target = (await kindOf(to)) === 'DIRECTORY' ? `${to}/${base}` : to
      await inParent(from, async (source, name) => {
        if ((await statPresent(source, name)) === null)
          throw new StorageError('not-found', `There is no such file or directory: ${from}`)
        await inParent(
          target,
          async (parent, newName) => {
            await refusePresent(parent, newName, target)
            await promises.rename(below(source, name), below(parent, newName))
          },
          { make: true },
        )
      })
    },
    async remove(path, { recursive }) {
      await inParent(path, async (parent, name) => {
        const found = await promises.lstat(below(parent, name))
        if (!found.isDirectory()) return await promises.unlink(below(parent, name))
        if (!recursive)
          throw new StorageError(
            'wrong-type',
            `It is a directory; only a recursive removal takes it: ${path}`,
          )
        return await removeTree(parent, name)
      })
    },
    read: (path) =>
      inParent(path, (parent, name) => openContent(below(parent, name), path), { follow: true }),
    async usage(budgetMs) {
      return (
        (await inDirectory('', (folder) => measureTree(folder, budgetMs))) ?? { fileCount: -1, usedBytes: -1 }
      )
    },
    async beginUpload(session) {
      await inUploads(uploading, session, (uploads) => createUpload(uploads, session, Date.now()))
    },
    uploadedBytes: (session) => inUploads(uploading, session, (uploads) => uploadSize(uploads, session)),
    append: (session, offset, content, limit) =>
      sayingWhy('the upload', () =>
        inUploads(uploading, session, (uploads) => appendTo(uploads, session, offset, content, limit)),
      ),
    async finishUpload(session, path) {
      const take = async (parent: FolderHandle, name: string) => {
        await inUploads(uploading, session, async (uploads) => {
          // What comes by renaming gets nothing of the folder's access list (README).
          await promises.chmod(below(uploads, session), 0o666)
          await promises.rename(below(uploads, session), below(parent, name))
        })
      }
      await inParent(path, take, { make: true, follow: true })
    },
  }
}

async function statPresent(parent: FolderHandle, name: string): Promise<Stats | null> {
  return await promises.lstat(below(parent, name)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
}

async function refusePresent(parent: FolderHandle, name: string, path: string): Promise<void> {
  if ((await statPresent(parent, name)) !== null)
    throw new StorageError('exists', `A file or directory of that name is there already: ${path}`)
}

function missing(error: unknown): null {
  if (error instanceof StorageError && error.kind === 'not-found') return null
  throw error
}

const typeOf = (found: Stats): FileEntry['type'] =>
  found.isDirectory() ? 'DIRECTORY' : found.isSymbolicLink() ? 'SYMLINK' : 'FILE'

async function entryOf(folder: FolderHandle, name: string): Promise<FileEntry | null> {
  const found = await statPresent(folder, name)
  if (found === null) return null
  const type = typeOf(found)
  return {
    name,
    type,
    mode: found.mode & 0o7777,
    size: found.size,
    createdAt: found.birthtime.getTime() > 0 ? found.birthtime : found.ctime,
    modifiedAt: found.mtime,
    target: type === 'SYMLINK' ? await promises.readlink(below(folder, name)).catch(() => null) : null,
  }
}

/** Where the original keeps uploads under way; volumes of its may have it at the top of folders (storage.md §4). */
export const isReservedName = (name: string): boolean => name === '.upload'
