import { readdirSync, readFileSync, statSync } from 'node:fs'

/** What /proc tells of one process. */
export interface ProcessStat {
  pid: number
  state: string
  parent: number
  session: number
  /** Clock ticks of CPU time, its own and that of children it has waited for. */
  ticks: number
  childTicks: number
  /** Clock ticks since boot; together with the pid it names a process for good. */
  startTime: string
  /** Bytes. */
  residentBytes: number
}

const PAGE_BYTES = 4_096

/** Null when there is no such process, or only its corpse. */
export function readProcess(pid: number): ProcessStat | null {
  const text = read(`/proc/${pid}/stat`)
  if (text === null) return null
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const number = (index: number) => Number(fields[index] ?? 0)
  const state = fields[0] ?? 'X'
  if (state === 'Z' || state === 'X') return null
  return {
    pid,
    state,
    parent: number(1),
    session: number(3),
    ticks: number(11) + number(12),
    childTicks: number(13) + number(14),
    startTime: fields[19] ?? '',
    residentBytes: number(21) * PAGE_BYTES,
  }
}

export const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

export const uidOf = (pid: number): number | null =>
  statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? null

/** Whether the process was started with `NAME=value` in its environment; false when we may not look. */
export const hasEnvironment = (pid: number, name: string, value: string): boolean =>
  read(`/proc/${pid}/environ`)?.split('\0').includes(`${name}=${value}`) ?? false

export function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
