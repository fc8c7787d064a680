import { and, eq, inArray, isNotNull, isNull, notInArray } from 'drizzle-orm'
import type { SessionStatus } from '../../core/status.ts'
import type { Store, Tx } from '../../db/store.ts'
import { chunked, type SessionIdentity } from './rows.ts'
import { moveKernels, moveSessions, settleSession } from './transitions.ts'

const ENDED = ['TERMINATED', 'CANCELLED'] as const

/** Kernels of these sessions that still have something on an agent become TERMINATING; the others are cancelled. */
export async function endKernels(
  tx: Tx,
  store: Store,
  sessionIds: readonly string[],
  change: { at: Date; reason: string },
): Promise<void> {
  const { kernels } = store.tables
  for (const chunk of chunked(sessionIds)) {
    const open = and(inArray(kernels.sessionId, chunk), notInArray(kernels.status, [...ENDED]))
    const placed = await tx
      .select({ id: kernels.id })
      .from(kernels)
      .where(and(open, isNotNull(kernels.agent)))
    const unplaced = await tx
      .select({ id: kernels.id })
      .from(kernels)
      .where(and(open, isNull(kernels.agent)))
    await moveKernels(tx, store, ids(placed), 'TERMINATING', {
      ...change,
      set: {
        statusInfo: change.reason,
        statusData: { kernel: { exit_code: null }, session: { status: 'terminating' } },
      },
    })
    await moveKernels(tx, store, ids(unplaced), 'CANCELLED', {
      ...change,
      set: { statusInfo: change.reason },
    })
  }
}

const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id)

/** Marks sessions for termination: the terminate loop then drives their kernels until the agents say that they are gone. */
export async function markTerminating(
  tx: Tx,
  store: Store,
  sessionIds: readonly string[],
  change: { at: Date; reason: string; from?: readonly SessionStatus[] },
): Promise<SessionIdentity[]> {
  const moved = await moveSessions(tx, store, sessionIds, 'TERMINATING', {
    ...change,
    set: { statusInfo: change.reason },
  })
  await endKernels(
    tx,
    store,
    moved.map((session) => session.id),
    change,
  )
  return moved
}

/** Gives up sessions that have not run: CANCELLED at once, kernels that an agent may have begun are cleaned up after. */
export async function cancelSessions(
  tx: Tx,
  store: Store,
  sessionIds: readonly string[],
  change: {
    at: Date
    reason: string
    statusData?: Record<string, unknown>
    from?: readonly SessionStatus[]
  },
): Promise<SessionIdentity[]> {
  const moved = await moveSessions(tx, store, sessionIds, 'CANCELLED', {
    at: change.at,
    reason: change.reason,
    set: {
      statusInfo: change.reason,
      ...(change.statusData ? { statusData: change.statusData } : {}),
    },
    ...(change.from ? { from: change.from } : {}),
  })
  await endKernels(
    tx,
    store,
    moved.map((session) => session.id),
    change,
  )
  return moved
}

/**
 * Ends sessions without waiting for what cannot be waited for: kernels of agents that are gone count as ended, those of
 * living agents are still destroyed there and hold their slots until then. `at once` writes the sessions off as well.
 */
export async function forceEnd(
  tx: Tx,
  store: Store,
  sessionIds: readonly string[],
  change: { at: Date; reason: string; atOnce: boolean },
): Promise<void> {
  const { kernels, agents } = store.tables
  const { at, reason } = change
  const occasion = { at, reason, set: { statusInfo: reason } }
  for (const chunk of chunked(sessionIds)) {
    const cancelled = await moveSessions(tx, store, chunk, 'CANCELLED', {
      ...occasion,
      from: ['PENDING', 'SCHEDULED', 'PULLING'],
    })
    const begun = chunk.filter((id) => !cancelled.some((session) => session.id === id))
    await moveSessions(tx, store, begun, change.atOnce ? 'TERMINATED' : 'TERMINATING', occasion)
    const rows = await tx
      .select({ id: kernels.id, status: agents.status })
      .from(kernels)
      .leftJoin(agents, eq(kernels.agent, agents.id))
      .where(and(inArray(kernels.sessionId, chunk), notInArray(kernels.status, [...ENDED])))
    const gone = rows.filter((row) => row.status !== 'ALIVE').map((row) => row.id)
    await moveKernels(tx, store, gone, 'TERMINATED', occasion)
    await endKernels(tx, store, chunk, change)
    if (change.atOnce) continue
    for (const sessionId of begun) await settleSession(tx, store, sessionId, occasion)
  }
}
