import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { usageError } from '../exit-code.ts'

export interface LocalFile {
  /** Where it lies here. */
  path: string
  /** Its path inside the folder: relative to the base directory, with slashes. */
  target: string
  size: number
}

/**
 * The files to upload, and the directories among them, which are gone through with `isRecursive`.
 * @throws CliError (usage) for what is missing, outside of the base directory, or a directory without it
 */
export async function localFiles(
  paths: readonly string[],
  options: { cwd: string; base: string | undefined; isRecursive: boolean },
): Promise<LocalFile[]> {
  const base = resolve(options.cwd, options.base ?? '.')
  const found: LocalFile[] = []
  const take = async (path: string, isRoot: boolean): Promise<void> => {
    const entry = await stat(path).catch(() => null)
    if (!entry) throw usageError(`${path} does not exist.`)
    if (entry.isDirectory()) {
      if (!options.isRecursive) throw usageError(`${path} is a directory.`, '-r uploads what is in it.')
      for (const name of (await readdir(path)).sort()) await take(join(path, name), false)
      return
    }
    if (entry.isFile()) found.push({ path, target: targetOf(base, path), size: entry.size })
    else if (isRoot) throw usageError(`${path} is no file; only files can be uploaded.`)
  }
  for (const path of paths) await take(resolve(options.cwd, path), true)
  return found
}

function targetOf(base: string, path: string): string {
  const inside = relative(base, path)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
    throw usageError(`${path} is outside of ${base}.`, '-b names the directory that file names begin at.')
  }
  return inside.split(sep).join('/')
}
