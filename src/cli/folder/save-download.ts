import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { ApiError } from '../../client/errors.ts'
import type { FolderDownload } from '../../client/vfolder-transfer.ts'
import { CliError, EXIT, usageError } from '../exit-code.ts'

/**
 * Writes a download below `directory`; what was there before stays until the download is whole.
 * @returns the number of bytes
 */
export async function saveDownload(download: FolderDownload, path: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true })
  const scratch = `${path}.${process.pid}.part`
  let bytes = 0
  try {
    const file = await open(scratch, 'w')
    try {
      for await (const chunk of download.chunks) {
        await file.write(chunk)
        bytes += chunk.length
      }
    } finally {
      await file.close()
    }
    await rename(scratch, path)
  } catch (error) {
    await rm(scratch, { force: true })
    throw error
  }
  return bytes
}

/** Where a file of a folder goes below `directory`. @throws CliError (usage) for a path that leads out of it. */
export function localPath(directory: string, name: string): string {
  const path = resolve(directory, name)
  const inside = relative(directory, path)
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return path
  if (inside === '') throw isDirectory(name)
  throw usageError(`${name} is no path of a file in a folder.`)
}

const isDirectory = (name: string, cause?: unknown): CliError =>
  new CliError(`${name} is a directory.`, {
    exitCode: EXIT.usage,
    hints: ['-r copies directories with what is in them.'],
    cause,
  })

/** What to tell of a download that failed: of a directory, the flag that copies those. */
export const explainDownload = (error: unknown, name: string): unknown =>
  error instanceof ApiError && error.type.endsWith('/wrong-type') ? isDirectory(name, error) : error
