import { posix } from 'node:path'
import { Problem } from '../../../core/problem.ts'

/** What a request says of one mount. */
export interface MountEntry {
  /** Name or id of the folder. */
  folder: string
  /** Normalised, `.` for all of it. */
  subpath: string
  /** Absolute path in the kernel; null: the usual one. */
  target: string | null
  permission: string | null
}

export const KERNEL_HOME = '/home/work'

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

interface MountRequest {
  mounts: readonly string[]
  mountMap: Readonly<Record<string, string>>
  mountOptions: Readonly<Record<string, { permission?: string }>>
}

/**
 * Reads `name`, `name:alias`, `name/sub/path` and their mixture, with the maps beside (decisions.md).
 * @throws Problem for sub-paths that lead out of their folder and targets that no mount may have
 */
export function mountEntries({ mounts, mountMap, mountOptions }: MountRequest): MountEntry[] {
  return mounts.map((text) => {
    const [source = '', ...alias] = text.split(':')
    const [folder = '', ...below] = source.split('/')
    if (folder === '') throw invalid(`"${text}" names no folder to mount.`)
    const subpath = posix.normalize(below.join('/') || '.').replace(/\/$/, '')
    if (subpath.startsWith('..') || subpath.includes('\0'))
      throw invalid(`The path of "${text}" leads out of its folder.`)
    const target = alias.join(':') || mountMap[text] || mountMap[source] || mountMap[folder] || null
    const options = mountOptions[text] ?? mountOptions[source] ?? mountOptions[folder]
    return {
      folder,
      subpath,
      target: target === null ? null : mountTarget(target),
      permission: options?.permission ?? null,
    }
  })
}

const SYSTEM =
  /^\/(?:bin|boot|dev|etc|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(?:\/|$)|^\/(?:home(?:\/work|\/config)?)?$|^\/home\/config\//
const RESERVED = ['.terminfo', '.jupyter', '.tmux.conf']

/** The absolute path of a target; relative ones are below /home/work. @throws Problem for places of the system's own */
export function mountTarget(target: string): string {
  const path = posix.resolve(KERNEL_HOME, target)
  const inHome = path.startsWith(`${KERNEL_HOME}/`) ? path.slice(KERNEL_HOME.length + 1) : null
  if (SYSTEM.test(path) || target.includes('\0') || (inHome !== null && RESERVED.includes(inHome)))
    throw invalid(`Nothing can be mounted at "${path}".`)
  return path
}

/** @throws Problem where one of the paths lies in another or is the same */
export function refuseOverlaps(paths: readonly { path: string; what: string }[]): void {
  const sorted = paths.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  for (const [index, upper] of sorted.entries()) {
    const inside = sorted
      .slice(index + 1)
      .find(({ path }) => path === upper.path || path.startsWith(`${upper.path}/`))
    if (inside) throw invalid(`${upper.what} and ${inside.what} overlap.`)
  }
}
