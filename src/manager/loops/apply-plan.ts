import { and, eq, inArray } from 'drizzle-orm'
import type { Placement, Plan, Unplaced } from '../../core/scheduling.ts'
import type { Store, Tx } from '../../db/store.ts'
import { withJsonCount } from '../services/json-column.ts'
import { lifeQueries } from '../services/life-queries.ts'
import { chunked } from '../services/rows.ts'
import { cancelSessions } from '../services/terminating.ts'
import { moveKernels, moveSessions } from '../services/transitions.ts'

/** Writes the placements: sessions and kernels become SCHEDULED, one statement per set of agents. */
export async function applyPlacements(
  tx: Tx,
  store: Store,
  placements: readonly Placement[],
  at: Date,
): Promise<string[]> {
  if (placements.length === 0) return []
  const addresses = await agentAddresses(tx, store, placements)
  const moved: string[] = []
  for (const [agentKey, group] of Map.groupBy(placements, agentsKey)) {
    const agentIds = JSON.parse(agentKey) as string[]
    const ids = group.map((placement) => placement.sessionId)
    const rows = await moveSessions(tx, store, ids, 'SCHEDULED', {
      at,
      reason: '',
      from: ['PENDING'],
      set: { statusInfo: 'scheduled', statusData: {}, agentIds },
    })
    moved.push(...rows.map((row) => row.id))
  }
  const won = new Set(moved)
  const assignments = placements
    .filter((placement) => won.has(placement.sessionId))
    .flatMap((placement) => placement.assignments)
  for (const [agentId, group] of Map.groupBy(assignments, (assignment) => assignment.agentId)) {
    const ids = group.map((assignment) => assignment.kernelId)
    await moveKernels(tx, store, ids, 'SCHEDULED', {
      at,
      reason: '',
      from: ['PENDING'],
      set: {
        agent: agentId,
        agentAddr: addresses.get(agentId) ?? null,
        statusInfo: 'scheduled',
        statusData: {},
      },
    })
  }
  return moved
}

const agentsKey = (placement: Placement): string =>
  JSON.stringify([...new Set(placement.assignments.map((assignment) => assignment.agentId))])

async function agentAddresses(tx: Tx, store: Store, placements: readonly Placement[]) {
  const ids = [
    ...new Set(placements.flatMap((one) => one.assignments.map((assignment) => assignment.agentId))),
  ]
  const { agents } = store.tables
  const result = new Map<string, string>()
  const [id] = ids
  if (ids.length === 1 && id !== undefined) {
    for (const row of await lifeQueries(store).agentAddress({ id }, tx)) result.set(row.id, row.addr)
    return result
  }
  for (const chunk of chunked(ids)) {
    const rows = await tx
      .select({ id: agents.id, addr: agents.addr })
      .from(agents)
      .where(inArray(agents.id, chunk))
    for (const row of rows) result.set(row.id, row.addr)
  }
  return result
}

/** Why sessions wait, written only where it differs from what the row says. */
export async function writeReasons(
  tx: Tx,
  store: Store,
  changed: readonly { reason: Unplaced; retries: number }[],
  at: Date,
): Promise<void> {
  const { sessions } = store.tables
  for (const { reason, retries } of changed) {
    await tx
      .update(sessions)
      .set({ statusInfo: reason.cause, statusData: reasonData(reason, retries, at) })
      .where(and(eq(sessions.id, reason.sessionId), eq(sessions.status, 'PENDING')))
  }
}

/** The documented shape (scheduling.md §7), with the conditions' data beside. */
export function reasonData(reason: Unplaced, retries: number, at: Date): Record<string, unknown> {
  const conditions = reason.failed.map(({ name, message, details }) => ({ name, msg: message, details }))
  const passed = reason.passed.map((name) => ({ name }))
  const isPredicate = reason.cause === 'predicate-checks-failed'
  return {
    scheduler: {
      retries,
      last_try: at.toISOString(),
      msg: reason.failed.map((condition) => condition.message).join(' '),
      failed_predicates: isPredicate ? conditions : [],
      passed_predicates: passed,
      ...(isPredicate ? {} : { conditions }),
    },
  }
}

/** Adds up what the attempts since the last time were, for many sessions in few statements. */
export async function addRetries(tx: Tx, store: Store, counts: ReadonlyMap<string, number>): Promise<void> {
  const { sessions } = store.tables
  for (const [by, group] of Map.groupBy([...counts], ([, count]) => count)) {
    for (const chunk of chunked(group.map(([id]) => id))) {
      await tx
        .update(sessions)
        .set({ statusData: withJsonCount(store, sessions.statusData, 'scheduler', 'retries', by) })
        .where(and(inArray(sessions.id, chunk), eq(sessions.status, 'PENDING')))
    }
  }
}

export async function cancelExpired(tx: Tx, store: Store, plan: Plan, at: Date): Promise<void> {
  await cancelSessions(tx, store, plan.expired, { at, reason: 'pending-timeout', from: ['PENDING'] })
}
