import { type Amount, fromInteger, ZERO } from '../../core/amount.ts'
import { freeOf, type Placement, type PoolDevice } from './slot-pool.ts'

/** FILL: one device after another until nothing is left (memory, and fractions that may not be split). */
export function placeFilling(ordered: readonly PoolDevice[], amount: Amount): Placement {
  const placement = new Map<string, Amount>()
  let rest = amount
  for (const device of ordered) {
    const part = min(rest, freeOf(device))
    if (part <= ZERO) continue
    placement.set(device.id, part)
    rest -= part
    if (rest === ZERO) break
  }
  return placement
}

/** EVENLY for whole units: each round spreads the rest over the devices that still have room. */
export function placeEvenly(ordered: readonly PoolDevice[], amount: Amount): Placement {
  const unit = fromInteger(1)
  const placement = new Map<string, Amount>()
  const room = (device: PoolDevice) => freeOf(device) - (placement.get(device.id) ?? ZERO)
  let rest = amount
  while (rest > ZERO) {
    const open = ordered.filter((device) => room(device) >= unit)
    if (open.length === 0) break
    const base = rest / unit / BigInt(open.length)
    const extra = Number(rest / unit - base * BigInt(open.length))
    for (const [index, device] of open.entries()) {
      const share = min((base + (index < extra ? 1n : 0n)) * unit, (room(device) / unit) * unit)
      if (share === ZERO) continue
      placement.set(device.id, (placement.get(device.id) ?? ZERO) + share)
      rest -= share
    }
  }
  return placement
}

const min = (a: Amount, b: Amount): Amount => (a < b ? a : b)
