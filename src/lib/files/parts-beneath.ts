import { promises } from 'node:fs'
import { join } from 'node:path'

/** A path that leads out of its root, or that no file can have. */
export class PathError extends Error {
  override readonly name = 'PathError'
}

const MAX_PATH_BYTES = 4096
const MAX_NAME_BYTES = 255
const MAX_LINKS = 40

/**
 * The names of a user's path beneath a root: `a/./b/../c` and `/a/c` are `['a', 'c']`, the root itself is `[]`.
 * @throws PathError
 */
export function partsBeneath(path: string): string[] {
  if (path.includes('\0')) throw new PathError('A path holds no NUL character.')
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw new PathError(`A path has at most ${MAX_PATH_BYTES} bytes.`)
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (Buffer.byteLength(part) > MAX_NAME_BYTES)
      throw new PathError(`A name has at most ${MAX_NAME_BYTES} bytes.`)
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new PathError(`"${path}" leads out of the folder.`)
  }
  return parts
}

/**
 * The same place without symbolic links, as it is now: `openFolderInside` still refuses what becomes a link meanwhile.
 * Parts that do not exist stay as they are. @param last whether a link at the end is followed, too.
 * @throws PathError when a link leads out of the root, is absolute, or goes round in circles.
 */
export async function withoutLinks(root: string, parts: readonly string[], last: boolean): Promise<string[]> {
  const done: string[] = []
  const todo = [...parts]
  let links = 0
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) throw new PathError('A symbolic link leads out of the folder.')
      continue
    }
    const target = todo.length > 0 || last ? await linkTarget(join(root, ...done, part)) : null
    if (target === null) {
      done.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new PathError('Too many symbolic links on the way.')
    if (target.startsWith('/')) throw new PathError(`The symbolic link "${part}" leads out of the folder.`)
    todo.unshift(...target.split('/'))
  }
  return done
}

async function linkTarget(path: string): Promise<string | null> {
  try {
    return await promises.readlink(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    // EINVAL: no link; the others: nothing that could be one.
    if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
