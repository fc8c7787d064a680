import { dlopen } from 'bun:ffi'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

const LOCK_EX = 2
const LOCK_NB = 4
const RETRY_MS = 50

let libc: { flock(fd: number, operation: number): number } | null = null

function flock(fd: number, operation: number): number {
  libc ??= dlopen('libc.so.6', { flock: { args: ['int', 'int'], returns: 'int' } }).symbols
  return libc.flock(fd, operation)
}

/** Runs `work` while no other process does so under the same file; the kernel frees the lock of a killed holder. */
export async function exclusively<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true })
  const fd = openSync(lockFile, 'a', 0o600)
  try {
    while (flock(fd, LOCK_EX | LOCK_NB) !== 0) await Bun.sleep(RETRY_MS)
    return await work()
  } finally {
    closeSync(fd)
  }
}
