import { and, eq, inArray, ne } from 'drizzle-orm'
import { NO_SLOTS, type Slots, slotsFromJson, sumSlots } from '../../core/slots.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../core/status.ts'
import type { Store } from '../../db/store.ts'

/** Kernels in these statuses count against their owner: what is being ended no longer does (domain-model.md §2.4). */
const COUNTED = OCCUPYING_KERNEL_STATUSES.filter((status) => status !== 'TERMINATING')

export interface OwnerUsage {
  byKeypair: Map<string, Slots>
  byUser: Map<string, Slots>
  byProject: Map<string, Slots>
  byDomain: Map<string, Slots>
}

/** What every owner holds now, system sessions left out; recomputed from rows. */
export async function ownerUsage(store: Pick<Store, 'db' | 'tables'>): Promise<OwnerUsage> {
  const { kernels, sessions } = store.tables
  const rows = await store.db
    .select({
      slots: kernels.occupiedSlots,
      keypair: sessions.accessKey,
      user: sessions.userUuid,
      project: sessions.groupId,
      domain: sessions.domainName,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(and(inArray(kernels.status, COUNTED), ne(sessions.sessionType, 'system')))
  const usage: OwnerUsage = {
    byKeypair: new Map(),
    byUser: new Map(),
    byProject: new Map(),
    byDomain: new Map(),
  }
  for (const row of rows) {
    const slots = slotsFromJson(row.slots)
    grow(usage.byKeypair, row.keypair, slots)
    grow(usage.byUser, row.user, slots)
    grow(usage.byProject, row.project, slots)
    grow(usage.byDomain, row.domain, slots)
  }
  return usage
}

const grow = (map: Map<string, Slots>, key: string, slots: Slots): void =>
  void map.set(key, sumSlots(map.get(key) ?? NO_SLOTS, slots))

/** Sessions that count against each keypair's concurrency limit, system sessions apart. */
export async function sessionCounts(
  store: Pick<Store, 'db' | 'tables'>,
  accessKeys: readonly string[],
): Promise<Map<string, { compute: number; system: number }>> {
  const { sessions } = store.tables
  const result = new Map<string, { compute: number; system: number }>()
  if (accessKeys.length === 0) return result
  const rows = await store.db
    .select({ accessKey: sessions.accessKey, type: sessions.sessionType })
    .from(sessions)
    .where(
      and(
        inArray(sessions.accessKey, [...accessKeys]),
        inArray(sessions.status, [
          'SCHEDULED',
          'PULLING',
          'PREPARING',
          'RUNNING',
          'RESTARTING',
          'RUNNING_DEGRADED',
        ]),
      ),
    )
  for (const row of rows) {
    const count = result.get(row.accessKey) ?? { compute: 0, system: 0 }
    const kind = row.type === 'system' ? 'system' : 'compute'
    result.set(row.accessKey, { ...count, [kind]: count[kind] + 1 })
  }
  return result
}
