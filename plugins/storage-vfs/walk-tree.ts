import { constants, type Dirent, promises } from 'node:fs'
import { below, type FolderHandle } from '../../src/lib/files/open-inside.ts'

/** Opens a directory in an open one, never through a link. */
export const openChild = (folder: FolderHandle, name: string): Promise<FolderHandle> =>
  promises.open(below(folder, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)

export const entriesOf = (folder: FolderHandle): Promise<Dirent[]> =>
  promises.readdir(below(folder, '.'), { withFileTypes: true })

/** Each level holds a descriptor open; nobody needs more, but somebody may try. */
export const MAX_DEPTH = 200
