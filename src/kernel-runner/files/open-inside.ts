import { constants, promises } from 'node:fs'

type Handle = Awaited<ReturnType<typeof promises.open>>

/** What a folder that has to be made is made with. */
export interface MakeFolders {
  owner: { uid: number; gid: number } | null
}

/**
 * Opens the folder `root/parts…`, step by step and never through a symbolic link: whoever owns the folders may change
 * them meanwhile. The caller closes it; `below` names what is in it.
 */
export async function openFolderInside(
  root: string,
  parts: readonly string[],
  make: MakeFolders | null = null,
): Promise<Handle> {
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
export const below = (folder: Handle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`

async function stepInto(folder: Handle, part: string, make: MakeFolders | null): Promise<Handle> {
  const path = below(folder, part)
  const isMade = make !== null && (await made(path))
  const next = await promises.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  if (isMade && make.owner) await next.chown(make.owner.uid, make.owner.gid)
  await folder.close()
  return next
}

async function made(path: string): Promise<boolean> {
  try {
    await promises.mkdir(path, { mode: 0o755 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
