import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './alive.ts'

export interface TempDirectory extends Disposable {
  readonly path: string
  /** Joins below the directory. */
  at(...parts: string[]): string
}

const family = join(tmpdir(), 'backendai-test')
let swept = false

/** Directories of test processes that were killed go when the next one starts. */
function sweep(): void {
  if (swept) return
  swept = true
  mkdirSync(family, { recursive: true, mode: 0o755 })
  for (const name of readdirSync(family)) {
    if (!isAlive(Number(name.split('-')[0]))) rmSync(join(family, name), { recursive: true, force: true })
  }
}

/** A new empty directory that goes when disposed: `using dir = tempDirectory('store')`. */
export function tempDirectory(purpose = 'x'): TempDirectory {
  sweep()
  const path = mkdtempSync(join(family, `${process.pid}-${purpose}-`))
  return {
    path,
    at: (...parts) => join(path, ...parts),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
