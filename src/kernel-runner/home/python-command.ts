import { existsSync, promises, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { below, openFolderInside } from '../../lib/files/open-inside.ts'
import type { ProcessOwner } from '../processes.ts'
import { findProgram } from '../runtimes/shell.ts'

/**
 * For what an image lacks. Not `.local/bin`, which a user may keep in a folder of his own: there it would hide the
 * `python` of every other image. Last on PATH, so that it never hides anything.
 */
const FOLDER = ['.backend.ai', 'bin']

/**
 * Where there is Python but no command `python`, as on Debian: adds a folder to PATH in `environ`, and answers what
 * puts the command there. Null where the command exists.
 */
export function missingPythonCommand(
  python: string,
  environ: Record<string, string>,
  workDir: string,
): ((owner: ProcessOwner | null) => Promise<void>) | null {
  if (findProgram(['python'], environ) !== null) return null
  const folder = join(workDir, ...FOLDER)
  environ.PATH = environ.PATH ? `${environ.PATH}:${folder}` : folder
  return async (owner) => {
    const handle = await openFolderInside(workDir, FOLDER, { owner })
    try {
      const link = below(handle, 'python')
      // One of an earlier start may lead to an interpreter that is gone.
      await promises.rm(link, { force: true })
      await promises.symlink(python, link)
      if (owner) await promises.lchown(link, owner.uid, owner.gid)
    } finally {
      await handle.close()
    }
  }
}

/** Whether two commands are one interpreter with the same packages: of a virtual environment, or of none. */
export function isSamePython(one: string, other: string): boolean {
  if (one === other) return true
  try {
    return realpathSync(one) === realpathSync(other) && environmentOf(one) === environmentOf(other)
  } catch {
    return false
  }
}

const environmentOf = (python: string): string | null =>
  existsSync(join(dirname(python), '..', 'pyvenv.cfg')) ? dirname(python) : null
