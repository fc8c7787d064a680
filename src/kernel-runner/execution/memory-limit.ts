import { readFileSync } from 'node:fs'

/** Counts what the kernel of the machine killed for memory, in the control group that limits us. */
export interface MemoryLimit {
  /** Processes killed so far. */
  killed(): number
  /** In bytes. */
  limit(): number | null
}

/** A version 1 group without a limit says the largest number of pages. */
const UNLIMITED = 2 ** 60
const ROOT = '/sys/fs/cgroup'
const VERSIONS = [
  { controller: '', folder: '', limit: 'memory.max', events: 'memory.events' },
  { controller: 'memory', folder: '/memory', limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
]

/**
 * The group of this process as it sees it: by the path that the machine has for it, or as the root of its own view.
 * Null where no limit is to be seen.
 */
export function findMemoryLimit(root = ROOT, membership = '/proc/self/cgroup'): MemoryLimit | null {
  const groups = (read(membership) ?? '').split('\n').map((line) => line.split(':'))
  for (const { controller, folder, limit, events } of VERSIONS) {
    const path = groups.find(([, names = '']) => names.split(',').includes(controller))?.[2] ?? ''
    for (const group of [path, '']) {
      const at = `${root}${folder}${group}`
      const bytes = (): number | null => {
        const text = read(`${at}/${limit}`)?.trim() ?? ''
        return /^\d+$/.test(text) && Number(text) < UNLIMITED ? Number(text) : null
      }
      const killed = (): number => Number(/^oom_kill (\d+)$/m.exec(read(`${at}/${events}`) ?? '')?.[1] ?? 0)
      if (bytes() !== null) return { killed, limit: bytes }
    }
  }
  return null
}

/**
 * Watches one program: the answer tells why SIGKILL ended it, or null when something else did.
 * @param group null where the limit cannot be seen: then it is only a guess
 */
export function watchMemory(group: MemoryLimit | null): (exitCode: number) => string | null {
  const before = group?.killed() ?? 0
  return (exitCode) => {
    if (exitCode !== 137) return null
    const limit = group?.limit() ?? null
    if (!group || limit === null) return 'killed (out of memory?)'
    return group.killed() > before ? `the memory limit of ${humanSize(limit)} was exceeded` : 'killed'
  }
}

function humanSize(bytes: number): string {
  const unit = bytes >= 2 ** 30 ? 2 ** 30 : 2 ** 20
  return `${Number((bytes / unit).toFixed(1))} ${unit === 2 ** 30 ? 'GiB' : 'MiB'}`
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
