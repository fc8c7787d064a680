/**
 * `bun tools/lockfile.ts` completes package-lock.json. npm leaves out optional packages of other platforms that its
 * registry did not show it, and then refuses its own lockfile in `npm ci`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  version?: string
  resolved?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

interface Lockfile {
  packages: Record<string, Entry>
}

interface Gap {
  name: string
  version: string
}

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const CPU = ['arm64', 'x64', 'arm', 'ppc64', 'riscv64', 's390x', 'ia32']

/** Optional dependencies that no entry of the lockfile stands for. */
export function gapsOf({ packages }: Lockfile): Gap[] {
  const present = new Set(
    Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)),
  )
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies),
  )
  return wanted.filter(([name]) => !present.has(name)).map(([name, version]) => ({ name, version }))
}

/** `@x/binding-linux-x64-musl` → what npm compares with the machine it installs on. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/)
  const os = OS.filter((word) => words.includes(word))
  const cpu = CPU.filter((word) => words.includes(word))
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`${name} names no platform; run npm install where it can be had`)
  const libc = words.find((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {}
  return { os, cpu, ...libc }
}

/** What is wrong with the lockfile of `root`; empty when `npm ci` takes it anywhere. */
export function lockfileProblems(root: string): string[] {
  const lockfile = read(root)
  const tied = Object.entries(lockfile.packages).filter(([, entry]) => entry.resolved?.startsWith('http'))
  return [
    ...tied.map(([path]) => `package-lock.json: ${path} names its registry`),
    ...gapsOf(lockfile).map(
      ({ name }) => `package-lock.json: no entry for ${name}; run bun tools/lockfile.ts`,
    ),
  ]
}

const read = (root: string): Lockfile => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** The lockfile with an entry for every gap; pinned versions only, since nothing else says which. */
export function completed(lockfile: Lockfile): Lockfile {
  const added = gapsOf(lockfile).map(({ name, version }): [string, Entry] => {
    if (!/^\d+\.\d+\.\d+$/.test(version))
      throw new Error(`${name} is wanted as ${version}, not as one version`)
    return [`node_modules/${name}`, { version, ...platformOf(name), optional: true }]
  })
  const [own, ...others] = Object.entries(lockfile.packages)
  const sorted = [...others, ...added].sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lockfile, packages: Object.fromEntries(own ? [own, ...sorted] : sorted) }
}

if (import.meta.main) {
  const root = join(import.meta.dir, '..')
  const before = read(root)
  writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(completed(before), null, 2)}\n`)
  console.log(`added ${gapsOf(before).length} entries`)
}
