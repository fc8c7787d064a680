import { readFileSync } from 'node:fs'

/** Linux counts processor time for user space in hundredths, whatever its own clock is. */
const TICKS_PER_SECOND = 100

export interface ProcessTimes {
  parent: number
  /** `comm`, at most 15 characters. */
  name: string
  /** CPU seconds of the process itself. */
  own: number
  /** CPU seconds of children that ended and were waited for. */
  ofChildren: number
}

/** From /proc/<pid>/stat; null when the process is gone. */
export function processTimes(pid: number): ProcessTimes | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const seconds = (index: number) => Number(fields[index]) / TICKS_PER_SECOND
  return {
    parent: Number(fields[1]),
    name,
    own: seconds(11) + seconds(12),
    ofChildren: seconds(13) + seconds(14),
  }
}

/** CPU seconds, user and system, that a living process has used in all its threads. */
export function cpuSeconds(pid: number): number {
  const times = processTimes(pid)
  if (!times) throw new Error(`process ${pid} is gone`)
  return times.own
}
