/** The status machines of sessions and kernels (domain-model.md §2.1–2.4). */
export const SESSION_STATUSES = [
  'PENDING',
  'SCHEDULED',
  'PULLING',
  'PREPARING',
  'RUNNING',
  'RESTARTING',
  'RUNNING_DEGRADED',
  'TERMINATING',
  'TERMINATED',
  'ERROR',
  'CANCELLED',
] as const
export type SessionStatus = (typeof SESSION_STATUSES)[number]

export const KERNEL_STATUSES = [
  'PENDING',
  'SCHEDULED',
  'PREPARING',
  'BUILDING',
  'PULLING',
  'RUNNING',
  'RESTARTING',
  'RESIZING',
  'SUSPENDED',
  'TERMINATING',
  'TERMINATED',
  'ERROR',
  'CANCELLED',
] as const
export type KernelStatus = (typeof KERNEL_STATUSES)[number]

export type SessionType = 'interactive' | 'batch' | 'inference' | 'system'
export type ClusterMode = 'single-node' | 'multi-node'
export type SessionResult = 'undefined' | 'success' | 'failure'

const SESSION_TRANSITIONS: Record<SessionStatus, readonly SessionStatus[]> = {
  PENDING: ['SCHEDULED', 'TERMINATING', 'TERMINATED', 'ERROR', 'CANCELLED'],
  SCHEDULED: ['PENDING', 'PULLING', 'PREPARING', 'TERMINATING', 'TERMINATED', 'ERROR', 'CANCELLED'],
  PULLING: ['PREPARING', 'RUNNING', 'RUNNING_DEGRADED', 'TERMINATING', 'TERMINATED', 'ERROR', 'CANCELLED'],
  PREPARING: ['PULLING', 'RUNNING', 'RUNNING_DEGRADED', 'TERMINATING', 'TERMINATED', 'ERROR', 'CANCELLED'],
  RUNNING: ['RESTARTING', 'RUNNING_DEGRADED', 'TERMINATING', 'TERMINATED', 'ERROR'],
  RESTARTING: ['RUNNING', 'RUNNING_DEGRADED', 'TERMINATING', 'TERMINATED', 'ERROR'],
  RUNNING_DEGRADED: ['RUNNING', 'TERMINATING', 'TERMINATED', 'ERROR'],
  TERMINATING: ['TERMINATED', 'ERROR'],
  ERROR: ['TERMINATED'],
  TERMINATED: [],
  CANCELLED: [],
}

export const DEAD_SESSION_STATUSES = ['TERMINATED', 'CANCELLED'] as const satisfies SessionStatus[]
export const LIVE_SESSION_STATUSES = SESSION_STATUSES.filter(
  (status) => status !== 'TERMINATED' && status !== 'CANCELLED',
)

/** The statuses from which a session may become `to`: the guard of a status update. */
export const sessionSourcesOf = (to: SessionStatus): SessionStatus[] =>
  SESSION_STATUSES.filter((from) => SESSION_TRANSITIONS[from].includes(to))

const KERNEL_FINAL: readonly KernelStatus[] = ['TERMINATED', 'ERROR', 'CANCELLED']
const KERNEL_EARLY: readonly KernelStatus[] = ['PENDING', 'SCHEDULED']

function kernelMayBecome(from: KernelStatus, to: KernelStatus): boolean {
  if (from === to || KERNEL_FINAL.includes(from)) return from === 'ERROR' && to === 'TERMINATED'
  if (from === 'TERMINATING') return to === 'TERMINATED' || to === 'ERROR'
  if (from === 'RUNNING') return ['RESTARTING', 'RESIZING', 'TERMINATING', 'TERMINATED', 'ERROR'].includes(to)
  if (from === 'PENDING') return to !== 'TERMINATED'
  if (from === 'SCHEDULED') return true
  return !KERNEL_EARLY.includes(to)
}

/** The statuses from which a kernel may become `to`. */
export const kernelSourcesOf = (to: KernelStatus): KernelStatus[] =>
  KERNEL_STATUSES.filter((from) => kernelMayBecome(from, to))

/** Kernels in these statuses hold resources of their agent. */
export const OCCUPYING_KERNEL_STATUSES = KERNEL_STATUSES.filter(
  (status) => !['PENDING', 'TERMINATED', 'CANCELLED', 'ERROR'].includes(status),
)

const FROM_MAIN: Record<KernelStatus, SessionStatus> = {
  PENDING: 'PENDING',
  SCHEDULED: 'SCHEDULED',
  PREPARING: 'PREPARING',
  BUILDING: 'PREPARING',
  PULLING: 'PULLING',
  RUNNING: 'RUNNING',
  RESTARTING: 'RESTARTING',
  RESIZING: 'RUNNING',
  SUSPENDED: 'ERROR',
  TERMINATING: 'TERMINATING',
  TERMINATED: 'TERMINATED',
  ERROR: 'ERROR',
  CANCELLED: 'CANCELLED',
}

/** The session's status as its kernels show it (§2.3); `siblings` are the kernels beside the main one. */
export function deriveSessionStatus(main: KernelStatus, siblings: readonly KernelStatus[]): SessionStatus {
  const leading = FROM_MAIN[main]
  if (leading === 'RUNNING') {
    const starting = siblings.find((status) =>
      ['PENDING', 'SCHEDULED', 'PULLING', 'PREPARING'].includes(status),
    )
    if (starting) return FROM_MAIN[starting] === 'PULLING' ? 'PULLING' : 'PREPARING'
    return siblings.some((status) => ['TERMINATING', 'TERMINATED', 'ERROR'].includes(status))
      ? 'ERROR'
      : leading
  }
  if (leading === 'TERMINATED') {
    if (siblings.some((status) => !KERNEL_FINAL.includes(status))) return 'TERMINATING'
    return siblings.includes('ERROR') ? 'ERROR' : leading
  }
  return leading
}
