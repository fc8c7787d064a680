import { readFile } from 'node:fs/promises'
import { describeError } from '../../agent-error.ts'

export interface Ulimit {
  Name: string
  Soft: number
  Hard: number
}

/** What kernels get where limits may be raised (agent-kernel.md §4). */
const WANTED: readonly Ulimit[] = [
  { Name: 'nofile', Soft: 1_048_576, Hard: 1_048_576 },
  { Name: 'memlock', Soft: -1, Hard: -1 },
]

const CAP_SYS_RESOURCE = 24n
/** Names in /proc/self/limits, and numbers in the engine's message. */
const LABELS: Record<string, string> = { nofile: 'Max open files', memlock: 'Max locked memory' }
const NUMBERS: Record<string, string> = { '7': 'nofile', '8': 'memlock' }

/** The limits to ask for: on a machine where nobody may raise limits, what this process may have itself. */
export async function kernelUlimits(): Promise<readonly Ulimit[]> {
  const [status, limits] = await Promise.all([
    readFile('/proc/self/status', 'utf8').catch(() => ''),
    readFile('/proc/self/limits', 'utf8').catch(() => ''),
  ])
  const bounds = /^CapBnd:\s*([0-9a-f]+)/m.exec(status)?.[1]
  if (bounds === undefined || (BigInt(`0x${bounds}`) >> CAP_SYS_RESOURCE) & 1n) return WANTED
  return WANTED.map((wanted) => {
    const hard = new RegExp(`^${LABELS[wanted.Name]}\\s+\\S+\\s+(\\S+)`, 'm').exec(limits)?.[1]
    if (hard === undefined || hard === 'unlimited') return wanted
    return { ...wanted, Soft: Number(hard), Hard: Number(hard) }
  })
}

/** Those that are left when the engine refused one: it may be confined more than we are. */
export function withoutRefused(ulimits: readonly Ulimit[], error: unknown): readonly Ulimit[] {
  const number = /error setting rlimit type (\d+)/.exec(describeError(error).message)?.[1] ?? ''
  return ulimits.filter(({ Name }) => Name !== NUMBERS[number])
}
