import { and, eq, inArray, isNotNull, isNull, notInArray } from 'drizzle-orm'
import type { SessionStatus } from '../../core/status.ts'
import type { Store, Tx } from '../../db/store.ts'
import { chunked, type SessionIdentity } from './rows.ts'
import { moveKernels, moveSessions } from './transitions.ts'

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

/** The agents in `ids` that are known to be gone: nothing can be asked of them. */
export async function goneAgents(tx: Tx, store: Store, agentIds: readonly string[]): Promise<Set<string>> {
  const { agents } = store.tables
  if (agentIds.length === 0) return new Set()
  const alive = await tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(inArray(agents.id, [...agentIds]), eq(agents.status, 'ALIVE')))
  const known = new Set(alive.map((row) => row.id))
  return new Set(agentIds.filter((id) => !known.has(id)))
}
