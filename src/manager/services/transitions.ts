import { and, inArray } from 'drizzle-orm'
import {
  deriveSessionStatus,
  type KernelStatus,
  kernelSourcesOf,
  type SessionStatus,
  sessionSourcesOf,
} from '../../core/status.ts'
import type { OutboxEvent, Store, Tx } from '../../db/store.ts'
import { withJsonText } from './json-column.ts'
import { lifeQueries } from './life-queries.ts'
import { type MovedKernel, movedKernel, moveOneKernel, moveOneSession } from './prepared-moves.ts'
import { chunked, type KernelRow, type SessionIdentity, type SessionRow, sessionIdentity } from './rows.ts'
import {
  KERNEL_EVENT_OF,
  kernelEvent,
  type Occasion,
  SESSION_EVENT_OF,
  sessionEvent,
} from './session-events.ts'

export interface StatusChange extends Occasion {
  at: Date
  /** Further columns to write with the status. */
  set?: Partial<Pick<SessionRow, 'statusInfo' | 'statusData' | 'occupyingSlots' | 'agentIds'>>
  /** Statuses from which the change may happen, when fewer than the status machine allows. */
  from?: readonly SessionStatus[]
  /** False: the change is told by another event. */
  emit?: boolean
}

export interface KernelChange extends Occasion {
  at: Date
  set?: Partial<Omit<KernelRow, 'id' | 'sessionId' | 'status' | 'statusHistory'>>
  from?: readonly KernelStatus[]
  /** False: the change is told by another event. */
  emit?: boolean
}

export type { MovedKernel } from './prepared-moves.ts'

const isOver = (status: KernelStatus): boolean => isDead(status) || status === 'ERROR'
const isDead = (status: string): boolean => status === 'TERMINATED' || status === 'CANCELLED'

/** One guarded, set-based status change of sessions with its events; gives those that really changed. */
export async function moveSessions(
  tx: Tx,
  store: Store,
  ids: readonly string[],
  to: SessionStatus,
  change: StatusChange,
): Promise<SessionIdentity[]> {
  const { sessions } = store.tables
  const sources = sessionSourcesOf(to).filter((status) => change.from?.includes(status) ?? true)
  const set = {
    ...change.set,
    status: to,
    ...(isDead(to) ? { terminatedAt: change.at, liveName: null } : {}),
  }
  const moved: SessionIdentity[] = []
  const [id] = ids
  if (id !== undefined && ids.length === 1)
    moved.push(...(await moveOneSession(tx, store, { id, to, at: change.at, from: sources, set })))
  for (const chunk of ids.length > 1 ? chunked(ids) : []) {
    const rows = await tx
      .update(sessions)
      .set({
        ...set,
        statusHistory: withJsonText(store, sessions.statusHistory, to, change.at.toISOString()),
      })
      .where(and(inArray(sessions.id, chunk), inArray(sessions.status, sources)))
      .returning(sessionIdentity(sessions))
    moved.push(...rows)
  }
  const kind = SESSION_EVENT_OF[to]
  if (kind && (change.emit ?? true))
    await tx.emit(moved.map((session) => sessionEvent(kind, session, change)))
  return moved
}

/** One guarded, set-based status change of kernels with its events. */
export async function moveKernels(
  tx: Tx,
  store: Store,
  ids: readonly string[],
  to: KernelStatus,
  change: KernelChange,
): Promise<MovedKernel[]> {
  const { kernels } = store.tables
  const sources = kernelSourcesOf(to).filter((status) => change.from?.includes(status) ?? true)
  const set = {
    ...change.set,
    status: to,
    statusChanged: change.at,
    ...(isDead(to) ? { terminatedAt: change.at } : {}),
  }
  const moved: MovedKernel[] = []
  const [id] = ids
  if (id !== undefined && ids.length === 1)
    moved.push(...(await moveOneKernel(tx, store, { id, to, at: change.at, from: sources, set })))
  for (const chunk of ids.length > 1 ? chunked(ids) : []) {
    const rows = await tx
      .update(kernels)
      .set({
        ...set,
        statusHistory: withJsonText(store, kernels.statusHistory, to, change.at.toISOString()),
      })
      .where(and(inArray(kernels.id, chunk), inArray(kernels.status, sources)))
      .returning(movedKernel(kernels))
    moved.push(...rows)
  }
  if (change.emit ?? true) await tx.emit(await eventsOf(tx, store, moved, to, change))
  return moved
}

async function eventsOf(
  tx: Tx,
  store: Store,
  moved: readonly MovedKernel[],
  to: KernelStatus,
  occasion: Occasion,
): Promise<OutboxEvent[]> {
  const kind = KERNEL_EVENT_OF[to]
  if (!kind || moved.length === 0) return []
  const owners = await identities(tx, store, [...new Set(moved.map((kernel) => kernel.sessionId))])
  return moved.flatMap((kernel) => {
    const session = owners.get(kernel.sessionId)
    return session ? [kernelEvent(kind, session, kernel, occasion)] : []
  })
}

export async function identities(
  tx: Tx,
  store: Store,
  ids: readonly string[],
): Promise<Map<string, SessionIdentity>> {
  const { sessions } = store.tables
  const result = new Map<string, SessionIdentity>()
  const [id] = ids
  if (ids.length === 1 && id !== undefined) {
    for (const row of await lifeQueries(store).identity({ id }, tx)) result.set(row.id, row)
    return result
  }
  for (const chunk of chunked(ids)) {
    const rows = await tx.select(sessionIdentity(sessions)).from(sessions).where(inArray(sessions.id, chunk))
    for (const row of rows) result.set(row.id, row)
  }
  return result
}

/**
 * Brings a session to the status that its kernels show (domain-model.md §2.3).
 * @returns the new status, or null when nothing changed.
 */
export async function settleSession(
  tx: Tx,
  store: Store,
  sessionId: string,
  change: StatusChange,
): Promise<SessionStatus | null> {
  const rows = await lifeQueries(store).kernelsOfSession({ id: sessionId }, tx)
  const main = rows.find((row) => row.role === 'main')
  if (!main) return null
  const siblings = rows.filter((row) => row !== main).map((row) => row.status)
  if (rows.every((row) => isOver(row.status))) {
    // However its kernels ended, a session that was being ended has ended.
    const ended = await moveSessions(tx, store, [sessionId], 'TERMINATED', {
      ...change,
      from: ['TERMINATING'],
    })
    if (ended.length > 0) return 'TERMINATED'
  }
  const derived = deriveSessionStatus(main.status, siblings)
  const moved = await moveSessions(tx, store, [sessionId], derived, change)
  return moved.length > 0 ? derived : null
}
