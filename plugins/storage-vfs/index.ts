import { constants, promises } from 'node:fs'
import { access, mkdir, rename, rmdir, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { below, openFolderInside } from '../../src/lib/files/open-inside.ts'
import { partsBeneath, withoutLinks } from '../../src/lib/files/parts-beneath.ts'
import {
  type FolderId,
  StorageError,
  type StoragePlugin,
  type StorageVolume,
} from '../../src/plugin/storage-volume.ts'
import { copyTree } from './copy-tree.ts'
import { folderFiles, isReservedName } from './folder-files.ts'
import { folderDirectory, folderParts, scopeName } from './folder-layout.ts'
import { removeTree } from './remove-tree.ts'
import { shareFolder } from './share-folder.ts'
import { sayingWhy } from './storage-errors.ts'
import { uploadPlace } from './upload-session.ts'
import { createVolumeMetric } from './volume-metric.ts'

/** Virtual folders as plain directories of any mounted file system. */
export const vfs: StoragePlugin = {
  backend: 'vfs',
  async open({ name, path, fsprefix }): Promise<StorageVolume> {
    const base = join(path, fsprefix)
    // Folders of all users: no other user of this machine walks through. One that is there keeps its mode.
    await mkdir(base, { recursive: true, mode: 0o700 })
    return {
      name,
      backend: 'vfs',
      path,
      fsprefix,
      capabilities: ['vfolder'],
      metric: createVolumeMetric(path, Date.now),
      usage: async () => {
        const { blocks, bavail, bsize } = await statfs(path)
        return { capacityBytes: blocks * bsize, usedBytes: (blocks - bavail) * bsize }
      },
      health: async () => {
        try {
          await access(path, constants.R_OK | constants.W_OK)
          return { status: 'healthy', info: null }
        } catch (error) {
          return { status: 'unavailable', info: error instanceof Error ? error.message : String(error) }
        }
      },
      async createQuotaScope(scope) {
        await sayingWhy(`the quota scope ${scope}`, () =>
          mkdir(join(base, scopeName(scope)), { mode: 0o755 }),
        )
      },
      async quota(scope) {
        if (!(await isDirectory(join(base, scopeName(scope)))))
          throw new StorageError('scope-not-found', `There is no quota scope ${scope}.`)
        return { usedBytes: null, limitBytes: null }
      },
      async setQuota(scope) {
        await mkdir(join(base, scopeName(scope)), { recursive: true, mode: 0o755 })
      },
      async createFolder(folder) {
        await makeFolder(base, folder)
      },
      deleteFolder: (folder) => deleteFolder(base, folder),
      cloneFolder: (from, to, signal) => cloneFolder(base, from, to, signal),
      hostPath: (folder, subpath) => hostPath(base, folder, subpath),
      async files(folder) {
        await requireFolder(base, folder)
        return folderFiles(folderDirectory(base, folder), uploadPlace(base, folder))
      },
    }
  },
}

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false

async function requireFolder(base: string, folder: FolderId): Promise<void> {
  if (await isDirectory(folderDirectory(base, folder))) return
  throw new StorageError('not-found', 'The volume does not have this folder.')
}

async function makeFolder(base: string, folder: FolderId): Promise<void> {
  const directory = folderDirectory(base, folder)
  await sayingWhy('the folder', () => mkdir(directory, { recursive: true, mode: 0o755 }))
  const handle = await openFolderInside(directory, [])
  try {
    await shareFolder(handle)
  } finally {
    await handle.close()
  }
}

/** Renamed first, so that a removal cut off by a crash leaves no half folder under its name. */
async function deleteFolder(base: string, folder: FolderId): Promise<void> {
  const directory = folderDirectory(base, folder)
  const parent = dirname(directory)
  const name = folderParts(folder).at(-1) ?? ''
  const doomed = `${name}.deleted`
  if (await isDirectory(directory)) {
    await removeIn(parent, doomed)
    await rename(directory, join(parent, doomed))
  }
  await removeIn(parent, doomed)
  const uploads = uploadPlace(base, folder)
  await removeIn(join(uploads.root, uploads.parts[0]), uploads.parts[1])
  await removeEmptyAbove(base, parent)
}

async function removeIn(parent: string, name: string): Promise<void> {
  if (!(await isDirectory(join(parent, name)))) return
  const handle = await openFolderInside(parent, [])
  try {
    await removeTree(handle, name)
  } finally {
    await handle.close()
  }
}

/** Prefix directories of removed folders; the scope's own stays. */
async function removeEmptyAbove(base: string, from: string): Promise<void> {
  for (const directory of [from, dirname(from)]) {
    if (directory === base) return
    // Others are in it, or it has gone already.
    const gone = await rmdir(directory).then(
      () => true,
      () => false,
    )
    if (!gone) return
  }
}

async function cloneFolder(base: string, from: FolderId, to: FolderId, signal: AbortSignal): Promise<void> {
  await requireFolder(base, from)
  await deleteFolder(base, to)
  await makeFolder(base, to)
  const source = await openFolderInside(folderDirectory(base, from), [])
  try {
    const target = await openFolderInside(folderDirectory(base, to), [])
    try {
      await sayingWhy('the folder', () => copyTree(source, target, { signal, skip: isReservedName }))
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function hostPath(base: string, folder: FolderId, subpath: string): Promise<string> {
  await requireFolder(base, folder)
  const root = folderDirectory(base, folder)
  return await sayingWhy(subpath, async () => {
    const parts = await withoutLinks(root, partsBeneath(subpath), true)
    const handle = await openFolderInside(root, parts)
    try {
      // As the kernel sees it: the base may itself be reached through links.
      return await promises.realpath(below(handle, '.'))
    } finally {
      await handle.close()
    }
  })
}
