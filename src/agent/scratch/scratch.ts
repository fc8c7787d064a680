import { chownSync, mkdirSync } from 'node:fs'
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A kernel's own folders on this machine (agent-kernel.md §5). */
export interface ScratchPaths {
  root: string
  /** /home/config, read-only in the kernel. */
  config: string
  /** /home/work */
  work: string
}

export const scratchPaths = (scratchRoot: string, kernelId: string): ScratchPaths => {
  const root = join(scratchRoot, kernelId)
  return { root, config: join(root, 'config'), work: join(root, 'work') }
}

export interface ScratchFile {
  /** Relative to the folder that it is written into; already checked to stay inside. */
  path: string
  content: string
  mode: number
}

export interface ScratchContent {
  config: ScratchFile[]
  work: ScratchFile[]
  /** Folders to make below /home/work, for mounts. */
  workFolders: string[]
}

const isRoot = process.getuid?.() === 0
const umask = process.umask()

/**
 * Makes the folders of a new kernel. The user owns /home/work and may only read /home/config. A session waits for these
 * six calls, which take less time than to hand one of them to a thread.
 */
export function makeScratch(paths: ScratchPaths, { uid, gid }: { uid: number; gid: number }): void {
  const make = (path: string, mode: number, owner: number) => {
    mkdirSync(path, { recursive: true, mode })
    if (isRoot) chownSync(path, owner, gid)
  }
  make(paths.root, 0o710, 0)
  make(paths.config, 0o750, 0)
  make(paths.work, 0o700, uid)
}

/** Writes what a new kernel finds in its folders. */
export async function fillScratch(
  paths: ScratchPaths,
  content: ScratchContent,
  owner: { uid: number; gid: number },
): Promise<void> {
  const reader = { uid: 0, gid: owner.gid }
  await makeFolders(paths.config, content.config, [], reader, 0o750)
  await makeFolders(paths.work, content.work, content.workFolders, owner, 0o755)
  await Promise.all([
    ...content.config.map((file) => writeScratchFile(paths.config, file, reader)),
    // Nobody reads them before they are all there.
    ...content.work.map((file) => writeNew(join(paths.work, file.path), file, owner)),
  ])
}

/** Writes one file of a folder that the kernel's user does not control. */
export async function writeScratchFile(
  folder: string,
  file: ScratchFile,
  owner: { uid: number; gid: number },
): Promise<void> {
  const target = join(folder, file.path)
  const partial = `${target}.new`
  await writeNew(partial, file, owner)
  // At once: after a crash, resource.txt must not have forgotten which devices a running kernel holds.
  await rename(partial, target)
}

async function writeNew(
  target: string,
  { content, mode }: ScratchFile,
  owner: { uid: number; gid: number },
): Promise<void> {
  await writeFile(target, content, { mode })
  if ((mode & umask) !== 0) await chmod(target, mode)
  await own(target, owner)
}

export const removeScratch = (paths: ScratchPaths): Promise<void> =>
  rm(paths.root, { recursive: true, force: true, maxRetries: 3 })

async function makeFolders(
  root: string,
  files: readonly ScratchFile[],
  more: readonly string[],
  owner: { uid: number; gid: number },
  mode: number,
): Promise<void> {
  for (const path of folders([...files.map((file) => dirname(file.path)), ...more])) {
    const target = join(root, path)
    await mkdir(target, { recursive: true, mode: path === '.ssh' ? 0o700 : mode })
    await own(target, owner)
  }
}

/** Each folder with the folders above it, parents first. */
function folders(paths: readonly string[]): string[] {
  const all = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    for (let depth = 1; depth <= parts.length; depth++) all.add(parts.slice(0, depth).join('/'))
  }
  return [...all].sort((a, b) => a.length - b.length)
}

const own = async (path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> => {
  if (isRoot) await chown(path, uid, gid)
}
