import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A secret of this node, made once and kept in `<data>/secrets/<name>` (mode 0600). Two processes that start at once
 * agree on one: the file appears whole or not at all.
 */
export function nodeSecret(dataDir: string, name: string): string {
  const path = join(dataDir, 'secrets', name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    linkSync(partial, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(partial, { force: true })
  }
  return readFileSync(path, 'utf8')
}
