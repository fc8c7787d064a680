import { RUNNER_ENVIRON } from '../../../wire/runner-environ.ts'
import type { KernelCgroup } from './cgroup.ts'
import type { ProcessRecord } from './container-folder.ts'
import { allPids, hasEnvironment, type ProcessStat, readProcess, uidOf } from './proc.ts'

/** In every process that the runner starts: environ.txt has it too. */
const MARKER = 'BACKENDAI_KERNEL_ID'

/** Whether the supervising shell of this record still runs, and not another process that got its number. */
export const isAlive = ({ pid, startTime }: ProcessRecord): boolean =>
  pid !== null && readProcess(pid)?.startTime === startTime

/**
 * All live processes of a kernel, also those that left its session: by control group, by the kernel's own user, or,
 * where there is neither, by session and environment.
 */
export function membersOf(record: ProcessRecord, cgroup: KernelCgroup | null): ProcessStat[] {
  const supervisor = isAlive(record) && record.pid !== null ? [record.pid] : []
  const pids = new Set([...supervisor, ...(cgroup?.pids() ?? [])])
  if (!cgroup || record.uid !== null) for (const pid of allPids()) if (belongs(pid, record)) pids.add(pid)
  pids.delete(process.pid)
  return [...pids].map(readProcess).filter((stat) => stat !== null)
}

function belongs(pid: number, record: ProcessRecord): boolean {
  if (record.uid !== null) return uidOf(pid) === record.uid
  const { pid: supervisor } = record
  if (supervisor !== null && isAlive(record) && readProcess(pid)?.session === supervisor) return true
  return (
    hasEnvironment(pid, RUNNER_ENVIRON.kernelId, record.kernelId) ||
    hasEnvironment(pid, MARKER, record.kernelId)
  )
}

/** A shell that was started just before a crash, before its number was noted. */
export function findSupervisor({ kernelId }: ProcessRecord): ProcessStat | null {
  for (const pid of allPids()) {
    if (!hasEnvironment(pid, RUNNER_ENVIRON.kernelId, kernelId)) continue
    const stat = readProcess(pid)
    if (stat && stat.session === stat.pid) return stat
  }
  return null
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
