import { constants, promises } from 'node:fs'
import { below, type FolderHandle } from '../../src/lib/files/open-inside.ts'
import { StorageError } from '../../src/plugin/storage-volume.ts'
import { entriesOf, MAX_DEPTH, openChild } from './walk-tree.ts'

/** Copies what is in `from` into the empty `to`: files (shared blocks where the file system can), directories, links. */
export async function copyTree(
  from: FolderHandle,
  to: FolderHandle,
  options: { signal: AbortSignal; skip: (name: string) => boolean },
  depth = 0,
): Promise<void> {
  if (depth > MAX_DEPTH)
    throw new StorageError('unsupported', `Directories are more than ${MAX_DEPTH} levels deep.`)
  for (const entry of await entriesOf(from)) {
    options.signal.throwIfAborted()
    if (depth === 0 && options.skip(entry.name)) continue
    if (entry.isSymbolicLink()) {
      await promises.symlink(await promises.readlink(below(from, entry.name)), below(to, entry.name))
    } else if (entry.isDirectory()) {
      await copyDirectory(from, to, entry.name, options, depth)
    } else if (entry.isFile()) {
      await copyFile(from, to, entry.name)
    }
    // Sockets, pipes and devices mean nothing in another folder.
  }
}

async function copyDirectory(
  from: FolderHandle,
  to: FolderHandle,
  name: string,
  options: { signal: AbortSignal; skip: (name: string) => boolean },
  depth: number,
): Promise<void> {
  const source = await openChild(from, name)
  try {
    await promises.mkdir(below(to, name), { mode: 0o777 })
    const target = await openChild(to, name)
    try {
      await copyTree(source, target, options, depth + 1)
      await target.chmod((await source.stat()).mode & 0o777)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copyFile(from: FolderHandle, to: FolderHandle, name: string): Promise<void> {
  // Opened without waiting: what was a file a moment ago may be a pipe now.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const source = await promises.open(below(from, name), flags)
  try {
    const found = await source.stat()
    if (!found.isFile()) return
    const target = below(to, name)
    await promises.copyFile(`/proc/self/fd/${source.fd}`, target, constants.COPYFILE_FICLONE)
    await promises.chmod(target, found.mode & 0o777)
  } finally {
    await source.close()
  }
}
