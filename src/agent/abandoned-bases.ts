import { lstat, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Names the data directory that a public base belongs to. */
export const BASE_OWNER_FILE = 'data-directory'

/**
 * Removes bases of ours in `root` whose data directory somebody has deleted. One that merely cannot be looked at (closed
 * to us, on a disk that is not mounted) keeps its base, and so does one whose kernels live on.
 * @param isInUse whether processes of a data directory's kernels run.
 */
export async function removeAbandonedBases(
  root: string,
  isInUse: (dataDir: string) => boolean,
): Promise<void> {
  for (const name of await readdir(root)) {
    if (!/^backendai-[0-9a-f]{8}$/.test(name)) continue
    const base = join(root, name)
    const isMine = (await lstat(base).catch(() => null))?.uid === process.getuid?.()
    const dataDir = isMine ? await readFile(join(base, BASE_OWNER_FILE), 'utf8').catch(() => null) : null
    if (dataDir === null || !(await isDeleted(dataDir)) || isInUse(dataDir)) continue
    await rm(base, { recursive: true, force: true })
  }
}

async function isDeleted(path: string): Promise<boolean> {
  const parent = await stat(dirname(path)).catch(() => null)
  if (!parent?.isDirectory()) return false
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  )
}
