import { type Amount, parseDecimal } from '../../core/amount.ts'
import type { SlotUnit } from '../../core/slots.ts'
import type { AcceleratorPlugin } from '../../plugin/accelerator.ts'

/** How the amounts of a slot are laid over its devices. */
export type PlacementStrategy = 'fill' | 'evenly' | 'fractions'

/** What the allocator knows of one kind of device: `cpu`, `mem`, or an accelerator's key. */
export interface ComputeUnit {
  key: string
  slotTypes: Record<string, SlotUnit>
  exclusiveSlotTypes: readonly string[]
  strategyOf: (slot: string) => PlacementStrategy
  /** Amounts are multiples of this, where set. */
  quantumOf: (slot: string) => Amount | null
  devices: { id: string; numaNode: number | null; capacity: Record<string, Amount> }[]
}

/** A slot named `….shares` is fractional; all others are counted in whole devices. */
const isFractional = (slot: string): boolean => slot.endsWith('.shares')

export async function computeUnitOf(plugin: AcceleratorPlugin): Promise<ComputeUnit> {
  const devices = await plugin.devices()
  return {
    key: plugin.key,
    slotTypes: plugin.slotTypes,
    exclusiveSlotTypes: plugin.exclusiveSlotTypes,
    strategyOf: (slot) => (isFractional(slot) ? 'fractions' : 'evenly'),
    quantumOf: (slot) => (isFractional(slot) ? parseDecimal(plugin.quantumSize ?? '0.1') : null),
    devices: devices.map((device) => ({
      id: device.id,
      numaNode: device.numaNode,
      capacity: Object.fromEntries(
        Object.entries(plugin.capacity(device)).map(([slot, text]) => [slot, parseDecimal(text)]),
      ),
    })),
  }
}
