import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Writes a file whole or not at all, durably. */
export function writeFileWhole(path: string, content: string, mode: number): void {
  const partial = `${path}.${process.pid}`
  const fd = openSync(partial, 'w', mode)
  try {
    writeSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(partial, path)
}
