import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const UNFINISHED = '.new'

/** Replaces a file so that a crash leaves the old or the new content, never half of one. */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}${UNFINISHED}`
  const file = await open(temporary, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Removes what a crash left of half-written files in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(UNFINISHED))
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })))
}
