import { and, inArray, isNotNull } from 'drizzle-orm'
import { NO_SLOTS, type Slots, slotsFromJson, sumSlots } from '../../core/slots.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../core/status.ts'
import type { Store } from '../../db/store.ts'

/** What an agent's kernels hold, recomputed from rows (architecture, decision 7). */
export interface Occupancy {
  slots: Slots
  containers: number
}

type Readable = Pick<Store, 'db' | 'tables'>

/** Occupancy of the given agents, or of all; agents that hold nothing are absent. */
export async function occupancyByAgent(
  store: Readable,
  ids?: readonly string[],
): Promise<Map<string, Occupancy>> {
  const { kernels } = store.tables
  if (ids?.length === 0) return new Map()
  const rows = await store.db
    .select({ agent: kernels.agent, slots: kernels.occupiedSlots })
    .from(kernels)
    .where(
      and(
        inArray(kernels.status, OCCUPYING_KERNEL_STATUSES),
        ids ? inArray(kernels.agent, [...ids]) : isNotNull(kernels.agent),
      ),
    )
  const result = new Map<string, Occupancy>()
  for (const { agent, slots } of rows) {
    if (agent === null) continue
    const before = result.get(agent) ?? { slots: NO_SLOTS, containers: 0 }
    result.set(agent, {
      slots: sumSlots(before.slots, slotsFromJson(slots)),
      containers: before.containers + 1,
    })
  }
  return result
}

/** Occupied slots of the given agents; an agent that holds nothing has an empty map. */
export async function occupiedSlotsByAgent(
  store: Readable,
  ids: readonly string[],
): Promise<Map<string, Slots>> {
  const occupancy = await occupancyByAgent(store, ids)
  return new Map(ids.map((id) => [id, occupancy.get(id)?.slots ?? NO_SLOTS]))
}
