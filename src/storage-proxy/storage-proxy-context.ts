import * as v from 'valibot'
import { parseVfid } from '../core/vfolder.ts'
import type { Logger } from '../lib/logger.ts'
import {
  type FolderFiles,
  type FolderId,
  StorageError,
  type StorageVolume,
} from '../plugin/storage-volume.ts'

/** What both listeners share. */
export interface StorageProxyContext {
  volumes: readonly StorageVolume[]
  /** Signs the tokens of uploads and downloads. */
  tokenSecret: string
  /** Milliseconds. */
  tokenLifetimeMs: number
  /** Bytes of one upload. */
  maxUploadSize: number
  /** Entries of one listing; 0: all. */
  scandirLimit: number
  now: () => number
  newId: () => string
  version: string
  log: Logger
}

/** A folder in what clients send: `<quota scope>/<hex>` or the bare hex digits. */
export const vfidParam = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): FolderId => {
    const id = parseVfid(dataset.value)
    if (id) return id
    addIssue({ message: 'expected <quota scope>/<folder id>' })
    return NEVER
  }),
)

/** @throws StorageError `not-found` */
export function volumeNamed(volumes: readonly StorageVolume[], name: string): StorageVolume {
  const volume = volumes.find((candidate) => candidate.name === name)
  if (volume) return volume
  const known = volumes.map((one) => one.name).join(', ') || 'none'
  throw new StorageError('not-found', `There is no volume "${name}" on this storage node; it has ${known}.`)
}

export const filesOf = (
  context: Pick<StorageProxyContext, 'volumes'>,
  params: { volume: string; vfid: FolderId },
): Promise<FolderFiles> => volumeNamed(context.volumes, params.volume).files(params.vfid)
