import { type Amount, parseDecimal, ZERO } from '../../core/amount.ts'
import { freeOf, type Placement, type PoolDevice } from './slot-pool.ts'

/** Less than this much of a device is not worth using. */
const MINIMUM_SHARE = parseDecimal('0.01')
/** Shares are split to two digits. */
const STEP = parseDecimal('0.01')

/**
 * EVENLY for fractions (agent-kernel.md §8): the tightest single device that fits, else the window of devices whose
 * parts are the most even, the fewest, and leave the least fragments.
 */
export function placeFractions(devices: readonly PoolDevice[], amount: Amount): Placement {
  const usable = devices.filter((device) => freeOf(device) >= MINIMUM_SHARE)
  const fitting = usable.filter((device) => freeOf(device) >= amount)
  const [tightest] = fitting.sort((a, b) => compare(freeOf(a), freeOf(b)))
  if (tightest) return new Map([[tightest.id, amount]])
  const candidates = windows(usable, amount).map((window) => spread(window, amount))
  const complete = candidates.filter((placement) => sum(placement) === amount)
  return complete.sort((a, b) => compareCandidates(a, b, devices))[0] ?? new Map()
}

/** Contiguous runs, over the devices sorted by room, that together have enough. */
function windows(usable: readonly PoolDevice[], amount: Amount): PoolDevice[][] {
  const sorted = [...usable].sort((a, b) => compare(freeOf(b), freeOf(a)))
  const result: PoolDevice[][] = []
  for (let size = 2; size <= sorted.length; size++) {
    for (let start = 0; start + size <= sorted.length; start++) {
      const window = sorted.slice(start, start + size)
      if (window.reduce((total, device) => total + freeOf(device), ZERO) >= amount) result.push(window)
    }
  }
  return result
}

/** Small devices are filled, the rest is split evenly; what rounding leaves goes where room is. */
function spread(window: readonly PoolDevice[], amount: Amount): Map<string, Amount> {
  const placement = new Map<string, Amount>()
  let rest = amount
  const ascending = [...window].sort((a, b) => compare(freeOf(a), freeOf(b)))
  for (const [index, device] of ascending.entries()) {
    const left = BigInt(ascending.length - index)
    const even = left === 1n ? rest : (rest / left / STEP) * STEP
    const part = even < freeOf(device) ? even : freeOf(device)
    if (part > ZERO) placement.set(device.id, part)
    rest -= part
  }
  return placement
}

function compareCandidates(a: Placement, b: Placement, devices: readonly PoolDevice[]): number {
  return (
    compare(unevenness(a), unevenness(b)) || a.size - b.size || fragments(a, devices) - fragments(b, devices)
  )
}

const unevenness = (placement: Placement): Amount => {
  const parts = [...placement.values()].sort(compare)
  return (parts.at(-1) ?? ZERO) - (parts[0] ?? ZERO)
}

/** Devices that would be left partly used. */
const fragments = (placement: Placement, devices: readonly PoolDevice[]): number =>
  devices.filter((device) => {
    const part = placement.get(device.id)
    return part !== undefined && freeOf(device) - part > ZERO
  }).length

const sum = (placement: Placement): Amount => [...placement.values()].reduce((a, b) => a + b, ZERO)
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
