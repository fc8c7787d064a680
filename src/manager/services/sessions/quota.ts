import { and, eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import {
  completeLimits,
  lackingSlots,
  NO_SLOTS,
  type Slots,
  type SlotTypes,
  slotsFromJson,
  sumSlots,
} from '../../../core/slots.ts'
import type { Store } from '../../../db/store.ts'
import { humanSlots } from '../../../scheduler/predicates/resource-limits.ts'
import type { Owner } from './owner.ts'
import type { Scope } from './scope.ts'

const exceeded = (msg: string) => new Problem('quota-exceeded', { msg })

/** Refuses what could never be scheduled: more than the policy, project or domain allows in all. */
export function checkTotals(requested: Slots, owner: Owner, scope: Scope, types: SlotTypes): void {
  const unlimited = owner.policy.defaultForUnspecified === 'UNLIMITED'
  const limits: [string, Slots][] = [
    ['your keypair', completeLimits(slotsFromJson(owner.policy.totalResourceSlots), types, unlimited)],
    ['the project', completeLimits(slotsFromJson(scope.project.totalResourceSlots), types, true)],
    ['the domain', completeLimits(slotsFromJson(scope.domain.totalResourceSlots), types, true)],
  ]
  for (const [whose, limit] of limits) {
    const lacking = lackingSlots(requested, limit)
    if (lacking.length === 0) continue
    const names = new Set(lacking)
    const part = (slots: Slots): Slots => new Map([...slots].filter(([name]) => names.has(name)))
    throw exceeded(
      `The session asks for more than ${whose} may have in all: ${humanSlots(part(requested))} of ${humanSlots(part(limit))}.`,
    )
  }
}

/** Refuses containers beyond the policy's limit per session. */
export function checkClusterSize(size: number, owner: Owner): void {
  const limit = owner.policy.maxContainersPerSession
  if (limit > 0 && size > limit) {
    throw exceeded(`You may have at most ${limit} containers in one session; you asked for ${size}.`)
  }
}

/** Refuses when too much waits already. */
export async function checkPending(
  store: Pick<Store, 'db' | 'tables'>,
  requested: Slots,
  owner: Owner,
): Promise<void> {
  const { maxPendingSessionCount: maxCount, maxPendingSessionResourceSlots: maxSlots } = owner.policy
  const limitsCount = maxCount !== null && maxCount > 0
  const limitsSlots = maxSlots !== null && Object.keys(maxSlots).length > 0
  if (!limitsCount && !limitsSlots) return
  const { sessions } = store.tables
  const rows = await store.db
    .select({ slots: sessions.requestedSlots })
    .from(sessions)
    .where(and(eq(sessions.accessKey, owner.keypair.accessKey), eq(sessions.status, 'PENDING')))
  if (limitsCount && rows.length + 1 > maxCount) {
    throw exceeded(`You may have at most ${maxCount} pending sessions.`)
  }
  if (!limitsSlots) return
  const total = rows.reduce((sum, row) => sumSlots(sum, slotsFromJson(row.slots)), NO_SLOTS)
  const limit = slotsFromJson(maxSlots)
  const sum = sumSlots(total, requested)
  const over = lackingSlots(sum, limit).filter((name) => limit.has(name))
  if (over.length > 0) {
    throw exceeded(`Your pending sessions may ask for at most ${humanSlots(limit)} in all.`)
  }
}
