import { constants, promises } from 'node:fs'

export type FolderHandle = Awaited<ReturnType<typeof promises.open>>

/** What a folder that has to be made is made with. */
export interface MakeFolders {
  owner: { uid: number; gid: number } | null
  /** Default 0o755, cut by the umask. */
  mode?: number
}

/**
 * Opens the folder `root/parts…`, step by step and never through a symbolic link: whoever owns the folders may change
 * them meanwhile. The caller closes it; `below` names what is in it.
 */
export async function openFolderInside(
  root: string,
  parts: readonly string[],
  make: MakeFolders | null = null,
): Promise<FolderHandle> {
  let folder = await promises.open(root, constants.O_RDONLY | constants.O_DIRECTORY)
  for (const part of parts) {
    try {
      folder = await stepInto(folder, part, make)
    } catch (error) {
      await folder.close()
      throw error
    }
  }
  return folder
}

/** A path to something in an open folder, which stays that folder's however it is renamed. */
export const below = (folder: FolderHandle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`

async function stepInto(folder: FolderHandle, part: string, make: MakeFolders | null): Promise<FolderHandle> {
  const path = below(folder, part)
  const isMade = make !== null && (await made(path, make.mode ?? 0o755))
  const next = await promises.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  if (isMade && make.owner) await next.chown(make.owner.uid, make.owner.gid)
  await folder.close()
  return next
}

async function made(path: string, mode: number): Promise<boolean> {
  try {
    await promises.mkdir(path, { mode })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
