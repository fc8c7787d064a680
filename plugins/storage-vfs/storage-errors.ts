import { PathError, partsBeneath } from '../../src/lib/files/parts-beneath.ts'
import { StorageError, type StorageErrorKind } from '../../src/plugin/storage-volume.ts'

const KINDS: Readonly<Record<string, readonly [StorageErrorKind, string]>> = {
  ENOENT: ['not-found', 'There is no such file or directory'],
  EEXIST: ['exists', 'A file or directory of that name is there already'],
  ENOTDIR: ['wrong-type', 'Something on the way is not a directory'],
  EISDIR: ['wrong-type', 'It is a directory'],
  ENOTEMPTY: ['wrong-type', 'The directory is not empty'],
  ELOOP: ['invalid-path', 'A symbolic link is in the way'],
  ENAMETOOLONG: ['invalid-path', 'The name is too long'],
  EINVAL: ['invalid-path', 'The file system cannot do that with these paths'],
  ENOSPC: ['no-space', 'The volume is full'],
  EDQUOT: ['no-space', 'The quota is used up'],
}

/** Runs a task on files; what the user can do something about becomes a StorageError that names `path`. */
export async function sayingWhy<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (cause) {
    if (cause instanceof PathError) throw new StorageError('invalid-path', cause.message, { cause })
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const [kind, sentence] = KINDS[code] ?? [null, '']
    if (kind === null) throw cause
    throw new StorageError(kind, `${sentence}: ${path || '.'}`, { cause })
  }
}

/** @throws StorageError where `partsBeneath` throws a PathError. */
export function namesIn(path: string): string[] {
  try {
    return partsBeneath(path)
  } catch (cause) {
    if (cause instanceof PathError) throw new StorageError('invalid-path', cause.message, { cause })
    throw cause
  }
}
