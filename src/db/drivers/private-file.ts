import { chmodSync, closeSync, openSync, statSync } from 'node:fs'

/**
 * Makes an empty file for its owner only, or takes the access of others from the one that is there. An existing file is
 * never opened: closing it would drop the locks that this process has on it.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    closeToOthers(path)
  }
}

/** Takes the access of others from a file, if there is one. */
export function closeToOthers(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && (found.mode & 0o077) !== 0) chmodSync(path, 0o600)
}
