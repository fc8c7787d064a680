import { join } from 'node:path'
import { type FolderId, StorageError } from '../../src/plugin/storage-volume.ts'

const HEX = /^[0-9a-f]{32}$/
const SCOPE = /^(?:user|project):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The directory of a quota scope: the hex digits of its UUID (storage.md §4). @throws StorageError */
export function scopeName(scope: string): string {
  const uuid = SCOPE.exec(scope)?.[1]
  if (uuid === undefined) throw new StorageError('invalid-path', `"${scope}" is no quota scope.`)
  return uuid.replaceAll('-', '')
}

/** The directories of a folder below the volume, outermost first: two levels keep each small. @throws StorageError */
export function folderParts({ scope, folder }: FolderId): [string, ...string[]] {
  if (!HEX.test(folder)) throw new StorageError('invalid-path', `"${folder}" is no folder id.`)
  const own = [folder.slice(0, 2), folder.slice(2, 4), folder.slice(4)] as const
  return scope === null ? [...own] : [scopeName(scope), ...own]
}

/** The absolute directory of a folder. */
export const folderDirectory = (base: string, folder: FolderId): string => join(base, ...folderParts(folder))
