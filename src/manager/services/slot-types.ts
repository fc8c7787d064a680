import type { ConfigTree, SharedConfig } from '../../config/shared.ts'
import { INTRINSIC_SLOTS, type SlotTypes, type SlotUnit } from '../../core/slots.ts'

const UNITS: readonly string[] = ['count', 'bytes', 'unique'] satisfies SlotUnit[]
const isUnit = (value: string | ConfigTree): value is SlotUnit =>
  typeof value === 'string' && UNITS.includes(value)

/** Every slot of the cluster with its unit: the intrinsic ones, and those that agents have announced. */
export async function knownSlotTypes(config: SharedConfig): Promise<SlotTypes> {
  const types: Record<string, SlotUnit> = { ...INTRINSIC_SLOTS }
  for (const [name, unit] of Object.entries(await config.getPrefix('config/resource_slots'))) {
    if (isUnit(unit)) types[name] = unit
  }
  return types
}
