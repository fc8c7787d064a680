import { readFileSync } from 'node:fs'

/** When the process started, in clock ticks since boot; null where none of this id runs (a zombie is none). */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold spaces and brackets: fields count from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** Does a process of this id run? */
export const isAlive = (pid: number): boolean => Number.isInteger(pid) && pid > 0 && startOf(pid) !== null
