import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { executableDigest } from '../../executable-digest.ts'
import { isReachable } from '../../paths.ts'

/**
 * The command in a form that other users can run: as it is, or, for a single executable in a closed folder, a copy
 * below `base`. Null when neither can be had; kernels then share the agent's user.
 */
export async function reachableCommand(
  command: readonly string[],
  base: string,
): Promise<readonly string[] | null> {
  const files = command.filter((part) => part.startsWith('/'))
  const reachable = await Promise.all(files.map(isReachable))
  if (reachable.every(Boolean)) return command
  const [executable] = command
  if (command.length !== 1 || executable === undefined) return null
  const root = join(base, 'runner')
  const folder = join(root, await executableDigest(root, executable))
  const copy = join(folder, 'backendai')
  if ((await stat(copy).catch(() => null))?.isFile()) return [copy]
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await copyFile(executable, `${copy}.new`)
  await rename(`${copy}.new`, copy)
  await removeOlder(root, folder)
  return [copy]
}

/** Copies of earlier versions: kernels that still run keep theirs open, and new ones take the new. */
async function removeOlder(root: string, current: string): Promise<void> {
  for (const name of await readdir(root)) {
    const folder = join(root, name)
    if (/^[0-9a-f]{64}$/.test(name) && folder !== current) await rm(folder, { recursive: true, force: true })
  }
}
