import { constants, promises } from 'node:fs'
import { below, openFolderInside } from '../../lib/files/open-inside.ts'

/** Linux: a descriptor that names a file without opening it, so that no permission to read is needed. */
const O_PATH = 0o10000000
const PUBLIC = /\.pub$|^known_hosts/

/**
 * Makes `.ssh` and the files in it as private as ssh and sshd demand (decisions.md): 0700, 0600, and 0644 for what is
 * public. A folder from elsewhere may hold them as it likes.
 * @throws the first failure, e.g. of a folder that is read-only, when all have been tried
 */
export async function repairSsh(workDir: string): Promise<void> {
  const folder = await openFolderInside(workDir, ['.ssh']).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (!folder) return
  try {
    const failures: unknown[] = []
    await folder.chmod(0o700).catch((error: unknown) => failures.push(error))
    for (const name of await promises.readdir(below(folder, '.'))) {
      const mode = PUBLIC.test(name) ? 0o644 : 0o600
      await setMode(below(folder, name), mode).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  } finally {
    await folder.close()
  }
}

async function setMode(path: string, mode: number): Promise<void> {
  const file = await promises.open(path, O_PATH | constants.O_NOFOLLOW)
  try {
    const stat = await file.stat()
    if (stat.isFile() && (stat.mode & 0o777) !== mode) await promises.chmod(`/proc/self/fd/${file.fd}`, mode)
  } finally {
    await file.close()
  }
}
