import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { UploadFile } from '../../client/multipart.ts'
import { MAX_UPLOAD_BYTES } from '../../client/session-files.ts'
import { usageError } from '../exit-code.ts'
import { sizeText } from '../sizes.ts'

/**
 * Reads the files; inside the session they keep their path below `basedir` (default: the working directory).
 * @throws CliError (usage) for what is missing, outside of the directory, no file, or too big.
 */
export async function readUploads(
  paths: readonly string[],
  cwd: string,
  basedir: string | undefined,
): Promise<UploadFile[]> {
  const base = resolve(cwd, basedir ?? '.')
  const files: UploadFile[] = []
  for (const path of paths) files.push(await readOne(path, cwd, base))
  return files
}

async function readOne(path: string, cwd: string, base: string): Promise<UploadFile> {
  const absolute = resolve(cwd, path)
  const inside = relative(base, absolute)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
    throw usageError(
      `${path} is outside of ${base}.`,
      '--basedir names the directory that file names begin at.',
    )
  }
  const found = await stat(absolute).catch(() => null)
  if (!found) throw usageError(`${path} does not exist.`)
  if (!found.isFile()) throw usageError(`${path} is no file; only files can be uploaded.`)
  if (found.size > MAX_UPLOAD_BYTES) {
    throw usageError(
      `${path} has ${sizeText(found.size)}; at most ${sizeText(MAX_UPLOAD_BYTES)} can be uploaded into a session.`,
      'Bigger files go through a folder.',
    )
  }
  return { path: inside.split(sep).join('/'), content: await readFile(absolute) }
}
