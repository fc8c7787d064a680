import { execFile } from 'node:child_process'
import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file system to be mounted at `<root>/<name>`. */
export interface NodeMount {
  root: string
  name: string
  /** `server:/export`, or a device. */
  location: string
  type: string
  /** As after `mount -o`; null for none. */
  options: string | null
  /** Also written into this file, so that it is mounted after a restart; null: not. */
  fstab: string | null
}

/** A mount or unmount that this machine refused; the message is that of the program. */
export class NodeMountError extends Error {
  override readonly name = 'NodeMountError'
}

const PATIENCE_MS = 60_000

interface MountedPlace {
  name: string
  location: string
}

async function placesBelow(root: string): Promise<MountedPlace[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
  return lines.flatMap((line) => {
    const [location = '', place = ''] = line.split(' ').map(unescaped)
    const name = place.startsWith(`${root}/`) ? place.slice(root.length + 1) : ''
    return name === '' || name.includes('/') ? [] : [{ name, location }]
  })
}

/** The names of what is mounted right below a folder. */
export async function mountsBelow(root: string): Promise<string[]> {
  return [...new Set((await placesBelow(root)).map(({ name }) => name))].sort()
}

/** Spaces and their like are octal there. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Mounts a file system; one that is there already is no error. @throws NodeMountError */
export async function mountVolume({ root, name, location, type, options, fstab }: NodeMount): Promise<void> {
  const place = join(root, name)
  const there = (await placesBelow(root)).find((one) => one.name === name)
  if (there?.location === location) return
  if (there) throw new NodeMountError(`${there.location} is mounted at ${place}`)
  await mkdir(place, { recursive: true }).catch((cause: Error) => {
    throw new NodeMountError(cause.message, { cause })
  })
  const given = options === null || options === '' ? [] : ['-o', options]
  try {
    await run('mount', ['-t', type, ...given, '--', location, place])
  } catch (error) {
    await rmdir(place).catch(() => {})
    throw error
  }
  if (fstab !== null) {
    const line = `${[location, place, type, options || 'defaults'].map(escaped).join(' ')} 0 0`
    await editFstab(fstab, (lines) => [...lines.filter((one) => placeIn(one) !== place), line])
  }
}

/** Unmounts it again; where it is not mounted, nothing happens. @throws NodeMountError */
export async function unmountVolume({
  root,
  name,
  fstab,
}: Pick<NodeMount, 'root' | 'name' | 'fstab'>): Promise<void> {
  const place = join(root, name)
  if ((await mountsBelow(root)).includes(name)) await run('umount', ['--', place])
  // Somebody else's folder stays.
  await rmdir(place).catch(() => {})
  if (fstab !== null) await editFstab(fstab, (lines) => lines.filter((one) => placeIn(one) !== place))
}

const escaped = (text: string): string => text.replaceAll(' ', '\\040').replaceAll('\t', '\\011')
const placeIn = (line: string): string => unescaped(line.trim().split(/\s+/)[1] ?? '')

/** Replaced as a whole: a half-written table would keep the machine from starting. */
async function editFstab(path: string, change: (lines: string[]) => string[]): Promise<void> {
  try {
    const lines = (await readFile(path, 'utf8')).replace(/\n$/, '').split('\n')
    await writeFile(`${path}.new`, `${change(lines).join('\n')}\n`, { mode: 0o644 })
    await rename(`${path}.new`, path)
  } catch (cause) {
    throw new NodeMountError(`${path} could not be changed: ${String(cause)}`, { cause })
  }
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: PATIENCE_MS, encoding: 'utf8' }, (error, _, stderr) => {
      if (error) reject(new NodeMountError(stderr.trim() || error.message, { cause: error }))
      else resolve()
    })
  })
}
