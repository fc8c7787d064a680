import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from '../harness/exclusively.ts'
import { debianSources } from './debian-sources.ts'

export interface Rootfs {
  /** Of the cached file. */
  name: string
  release: string
  packages: string[]
}

/** Found useful only by people who read manuals inside containers, and a third of the size. */
const EXCLUDE = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*']
const cache = join(import.meta.dir, '../../.cache/images')

/** Changes whenever the result would. */
export const digestOf = (recipe: object): string =>
  new Bun.CryptoHasher('sha256')
    .update(JSON.stringify([recipe, EXCLUDE]))
    .digest('hex')
    .slice(0, 16)

/** A root file system of Debian packages as a tar file, made once per recipe; needs root and mmdebstrap. */
export async function packRootfs(rootfs: Rootfs, say: (line: string) => void): Promise<string> {
  const target = join(cache, `${rootfs.name}-${digestOf(rootfs)}.tar`)
  return exclusively(join(cache, `${rootfs.name}.lock`), async () => {
    if (!existsSync(target) || statSync(target).size === 0) await pack(rootfs, target, say)
    return target
  })
}

async function pack(
  { name, release, packages }: Rootfs,
  target: string,
  say: (line: string) => void,
): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`building the image ${name} needs root`)
  if (!Bun.which('mmdebstrap')) throw new Error(`building the image ${name} needs the package "mmdebstrap"`)
  const sources = debianSources(release)
  if (sources.length === 0)
    throw new Error(`no mirror of Debian ${release} in this machine's apt configuration`)
  mkdirSync(cache, { recursive: true })
  say(`packing ${name} from Debian packages`)
  const scratch = `${target}.${process.pid}.tar`
  const child = Bun.spawn(
    [
      'mmdebstrap',
      '--variant=essential',
      `--include=${packages.join(',')}`,
      ...EXCLUDE.map((path) => `--dpkgopt=path-exclude=${path}`),
      release,
      scratch,
      '-',
    ],
    { stdin: new Blob([`${sources.join('\n')}\n`]), stdout: 'ignore', stderr: 'pipe' },
  )
  const [code, log] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (code === 0) {
    const outdated = readdirSync(cache).filter((file) => new RegExp(`^${name}-\\w{16}\\.tar$`).test(file))
    renameSync(scratch, target)
    for (const file of outdated) if (join(cache, file) !== target) rmSync(join(cache, file), { force: true })
    return
  }
  rmSync(scratch, { force: true })
  throw new Error(`mmdebstrap ended with ${code}:\n${log.trim().split('\n').slice(-10).join('\n')}`)
}
