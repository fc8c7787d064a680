import type { Plan, Unplaced } from '../../core/scheduling.ts'
import type { Lease } from '../../db/store.ts'
import { schedule } from '../../scheduler/schedule.ts'
import { addRetries, applyPlacements, cancelExpired, writeReasons } from './apply-plan.ts'
import type { LoopContext } from './context.ts'
import { hookVetoes } from './hook-vetoes.ts'
import { policyOf } from './policy.ts'
import { beginPreparing } from './prepare.ts'
import { createSnapshotReader, type SnapshotWithGroups } from './snapshot.ts'

const LEASE_TTL_MS = 3000
const RETRY_LEASE_MS = 1000
const FLUSH_RETRIES_MS = 10_000

/** The schedule loop: one manager at a time, under the lease `scheduler`; every write checks the lease again. */
export function createScheduleLoop(context: LoopContext, signal: AbortSignal) {
  const { ports, signals } = context
  const { store, clock } = ports
  const readSnapshot = createSnapshotReader(ports)
  const told = new Map<string, string>()
  const retries = new Map<string, number>()
  let flushedAt = clock.now()
  let held: { lease: Lease; until: number } | null = null

  async function lease(): Promise<Lease | null> {
    const now = clock.now()
    // Half of its life is left: enough for a run, and the write fails safely if it was not.
    if (held && held.until - now > LEASE_TTL_MS / 2) return held.lease
    const taken = await store.acquireLease('scheduler', ports.managerId, LEASE_TTL_MS)
    held = taken ? { lease: taken, until: now + LEASE_TTL_MS } : null
    return taken
  }

  /** The holder may have died: look again once its lease could be over. */
  function retryLater(): void {
    clock.sleep(RETRY_LEASE_MS, signal).then(
      () => signals.raise('schedule'),
      () => {},
    )
  }

  async function run(): Promise<void> {
    const snapshot = await readSnapshot()
    if (!snapshot) {
      told.clear()
      retries.clear()
      return
    }
    const current = await lease()
    if (!current) {
      retryLater()
      return
    }
    const vetoes = await hookVetoes(ports.plugins.hooks, snapshot)
    const plan = schedule(vetoes ? { ...snapshot, vetoes } : snapshot, policyOf(ports, snapshot.groupRows))
    const placed = await apply(current, snapshot, plan)
    if (placed > 0) signals.raise('prepare')
    if (plan.expired.length > 0) signals.raise('terminate')
  }

  async function apply(current: Lease, snapshot: SnapshotWithGroups, plan: Plan): Promise<number> {
    const at = new Date(clock.now())
    const changed = changedReasons(snapshot, plan)
    const mustFlush = clock.now() - flushedAt >= FLUSH_RETRIES_MS && retries.size > 0
    if (plan.placements.length + plan.expired.length + changed.length === 0 && !mustFlush) return 0
    const scheduled = await store.tx(async (tx) => {
      await store.checkLease(tx, current)
      await cancelExpired(tx, store, plan, at)
      const ids = await applyPlacements(tx, store, plan.placements, at)
      // The same commit begins the preparation of what this manager can order itself.
      await beginPreparing(tx, store, ids, ports.agents.connected(), at)
      await writeReasons(tx, store, changed, at)
      if (mustFlush) await addRetries(tx, store, retries)
      return ids
    })
    for (const { reason } of changed) told.set(reason.sessionId, fingerprint(reason))
    if (mustFlush) {
      retries.clear()
      flushedAt = clock.now()
    }
    return scheduled.length
  }

  /** Reasons that differ from what was written last; the other attempts are only counted. */
  function changedReasons(snapshot: SnapshotWithGroups, plan: Plan): { reason: Unplaced; retries: number }[] {
    const before = new Map(snapshot.pending.map((session) => [session.id, session.retries]))
    const changed: { reason: Unplaced; retries: number }[] = []
    for (const reason of plan.unplaced) {
      const id = reason.sessionId
      if (told.get(id) === fingerprint(reason)) {
        retries.set(id, (retries.get(id) ?? 0) + 1)
        continue
      }
      changed.push({ reason, retries: (before.get(id) ?? 0) + (retries.get(id) ?? 0) + 1 })
      retries.delete(id)
    }
    return changed
  }

  return {
    run,
    async release(): Promise<void> {
      if (held) await store.releaseLease(held.lease)
      held = null
    },
  }
}

const fingerprint = (reason: Unplaced): string =>
  `${reason.cause}\n${reason.failed.map((condition) => condition.message).join('\n')}`
