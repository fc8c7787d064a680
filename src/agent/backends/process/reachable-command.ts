import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
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
  const digest = await sha256(executable)
  const folder = join(base, 'runner', digest)
  const copy = join(folder, 'backendai')
  if ((await stat(copy).catch(() => null))?.isFile()) return [copy]
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await copyFile(executable, `${copy}.new`)
  await rename(`${copy}.new`, copy)
  return [copy]
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}
