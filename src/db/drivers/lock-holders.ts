import { readFileSync, statSync } from 'node:fs'

/**
 * Processes with a POSIX lock on the file, from /proc/locks; empty where the kernel does not tell. One in another pid
 * namespace is not among them.
 */
export function lockHolders(path: string): number[] {
  try {
    const { dev, ino } = statSync(path)
    return pidsIn(readFileSync('/proc/locks', 'utf8'), `${device(dev)}:${ino}`)
  } catch {
    return []
  }
}

/** Lines read `1: POSIX  ADVISORY  WRITE 4711 fd:01:131 0 EOF`; a waiting one has `->` after the number. */
function pidsIn(locks: string, file: string): number[] {
  const pids = locks
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter((words) => words[1] === 'POSIX' && words[5] === file)
    .map((words) => Number(words[4]))
  return [...new Set(pids)].filter((pid) => pid > 0)
}

/** Linux' numbers of a device as the kernel prints them. */
function device(dev: number): string {
  const wide = BigInt(dev)
  const major = ((wide >> 8n) & 0xfffn) | ((wide >> 32n) & 0xfffff000n)
  const minor = (wide & 0xffn) | ((wide >> 12n) & 0xffffff00n)
  const hex = (number: bigint) => number.toString(16).padStart(2, '0')
  return `${hex(major)}:${hex(minor)}`
}
