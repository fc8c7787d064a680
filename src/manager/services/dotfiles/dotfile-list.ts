import { posix } from 'node:path'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Dotfile } from '../../../db/tables/accounts.ts'

type Dotfiles = readonly Dotfile[]

const HOME = '/home/work'
const MAX_FILES = 100
/** Paths, permissions and contents of one list together. */
const MAX_BYTES = 65_536
/** What the system itself keeps in a home folder (domain-model.md §4). */
const RESERVED = ['.terminfo', '.jupyter', '.ssh', '.ssh/authorized_keys', '.local', '.config']

/** Below the home folder, or null when it is not. */
export function pathInHome(path: string): string | null {
  const inside = posix.relative(HOME, posix.resolve(HOME, path))
  return inside === '' || inside === '..' || inside.startsWith('../') ? null : inside
}

/** @throws Problem where the path cannot be a dotfile's, is taken, or the list would exceed its limits. */
export function withDotfile(list: Dotfiles, file: Dotfile): Dotfile[] {
  checkPath(file.path)
  if (list.some(({ path }) => samePath(path, file.path))) {
    throw new Problem('generic-bad-request', {
      title: 'Dotfile already exists.',
      msg: `There is a dotfile "${file.path}" already; update it instead.`,
    })
  }
  if (list.length >= MAX_FILES) {
    throw new Problem('over-limit', { msg: `There may be at most ${MAX_FILES} dotfiles.` })
  }
  return checkSize([...list, file])
}

/** @throws Problem `object-not-found`, or where the list would exceed its size. */
export function withChangedDotfile(list: Dotfiles, file: Dotfile): Dotfile[] {
  findDotfile(list, file.path)
  return checkSize(list.map((one) => (samePath(one.path, file.path) ? file : one)))
}

/** @throws Problem `object-not-found`. */
export function withoutDotfile(list: Dotfiles, path: string): Dotfile[] {
  findDotfile(list, path)
  return list.filter((one) => !samePath(one.path, path))
}

/** @throws Problem `object-not-found`. */
export function findDotfile(list: Dotfiles, path: string): Dotfile {
  const found = list.find((one) => samePath(one.path, path))
  if (!found) throw notFound('dotfile', `There is no dotfile "${path}".`)
  return found
}

const samePath = (a: string, b: string): boolean => a === b || pathInHome(a) === pathInHome(b)

function checkPath(path: string): void {
  const inside = pathInHome(path)
  if (inside === null || path.endsWith('/')) {
    throw new Problem('invalid-api-params', {
      msg: `"${path}" is no file in ${HOME}.`,
      data: { path: `expected a file in ${HOME}` },
    })
  }
  if (!RESERVED.includes(inside)) return
  throw new Problem('invalid-api-params', {
    msg: `"${path}" is reserved for internal operations.`,
    data: { path: 'reserved' },
  })
}

function checkSize(list: Dotfile[]): Dotfile[] {
  const bytes = list.reduce((sum, { path, perm, data }) => sum + Buffer.byteLength(path + perm + data), 0)
  if (bytes <= MAX_BYTES) return list
  throw new Problem('over-limit', {
    msg: `Dotfiles may have ${MAX_BYTES} bytes in all; these would have ${bytes}.`,
  })
}
