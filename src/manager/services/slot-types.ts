import type { SharedConfig } from '../../config/shared.ts'
import { INTRINSIC_SLOTS, type SlotTypes, type SlotUnit } from '../../core/slots.ts'

const PREFIX = 'config/resource_slots'
const UNITS: readonly string[] = ['count', 'bytes', 'unique'] satisfies SlotUnit[]

/** Every slot that the cluster knows; agents add theirs when they connect. */
export async function slotTypes(config: SharedConfig): Promise<SlotTypes> {
  const stored = await config.getPrefix(PREFIX)
  const own = Object.entries(stored).filter(
    (entry): entry is [string, SlotUnit] => typeof entry[1] === 'string' && UNITS.includes(entry[1]),
  )
  return { ...INTRINSIC_SLOTS, ...Object.fromEntries(own) }
}

/** Adds what an agent offers to the shared configuration; gives all slots known now. */
export async function recordSlotTypes(config: SharedConfig, offered: SlotTypes): Promise<SlotTypes> {
  const known = await config.getPrefix(PREFIX)
  for (const [slot, unit] of Object.entries(offered)) {
    if (known[slot] === undefined) await config.setIfAbsent(`${PREFIX}/${slot}`, unit)
  }
  return { ...offered, ...(await slotTypes(config)) }
}
