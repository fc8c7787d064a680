import { type Amount, ZERO } from '../../core/amount.ts'
import type { SlotUnit } from '../../core/slots.ts'

/** A device's share of one slot. */
export interface PoolDevice {
  readonly id: string
  /** null = the device belongs to no NUMA node. */
  readonly numaNode: number | null
  readonly capacity: Amount
  used: Amount
}

/** All devices that offer one slot, with what is taken of each. */
export interface SlotPool {
  readonly slot: string
  readonly unit: SlotUnit
  readonly devices: readonly PoolDevice[]
}

/** Device id → amount: one placement of one slot. */
export type Placement = ReadonlyMap<string, Amount>

export const freeOf = (device: PoolDevice): Amount =>
  device.capacity > device.used ? device.capacity - device.used : ZERO

export const freeInPool = (pool: SlotPool): Amount =>
  pool.devices.reduce((sum, device) => sum + freeOf(device), ZERO)

export const capacityOfPool = (pool: SlotPool): Amount =>
  pool.devices.reduce((sum, device) => sum + device.capacity, ZERO)
