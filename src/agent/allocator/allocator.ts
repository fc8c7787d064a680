import { type Amount, formatDecimal, fromInteger, parseDecimal, ZERO } from '../../core/amount.ts'
import type { Slots, SlotTypes } from '../../core/slots.ts'
import { AgentError } from '../agent-error.ts'
import { type AffinityPolicy, orderDevices } from './affinity.ts'
import type { ComputeUnit } from './compute-unit.ts'
import { placeEvenly, placeFilling } from './discrete-placement.ts'
import { placeFractions } from './fractional-placement.ts'
import { matchesPattern } from './matches-pattern.ts'
import { capacityOfPool, freeInPool, type Placement, type SlotPool } from './slot-pool.ts'

/** device key → slot → device id → exact decimal text: the form of resource.txt and of kernel_started. */
export type Allocations = Record<string, Record<string, Record<string, string>>>

export interface Allocator {
  readonly slotTypes: SlotTypes
  /** All that kernels may use, after reservation. */
  capacity(): Slots
  free(): Slots
  /** Takes devices for a kernel, or throws an AgentError and takes nothing. A kernel that holds some keeps them. */
  allocate(kernelId: string, request: Slots): Allocations
  /** Books what a recovered kernel holds already, even where that overlaps: it is the truth. */
  restore(kernelId: string, allocations: Allocations): void
  /** Idempotent. */
  release(kernelId: string): void
  holders(): string[]
}

interface Unit extends Omit<ComputeUnit, 'devices'> {
  pools: Map<string, SlotPool>
}

export interface AllocatorOptions {
  units: readonly ComputeUnit[]
  /** Device keys that are chosen first; their NUMA nodes are the hint for the next. */
  allocationOrder: readonly string[]
  affinityPolicy: AffinityPolicy
}

/** Books devices for kernels (agent-kernel.md §8). The books are the holdings; device usage follows from them. */
export function createAllocator(options: AllocatorOptions): Allocator {
  const units = sortUnits(options).map(toUnit)
  const slotTypes = Object.assign({}, ...units.map((unit) => unit.slotTypes)) as SlotTypes
  const holdings = new Map<string, Allocations>()

  const poolOf = (key: string, slot: string) => units.find((unit) => unit.key === key)?.pools.get(slot)
  const book = (allocations: Allocations, sign: 1n | -1n) => {
    for (const [key, slots] of Object.entries(allocations)) {
      for (const [slot, devices] of Object.entries(slots)) {
        for (const device of poolOf(key, slot)?.devices ?? []) {
          device.used += sign * parseDecimal(devices[device.id] ?? '0')
        }
      }
    }
  }

  const restore = (kernelId: string, allocations: Allocations) => {
    release(kernelId)
    holdings.set(kernelId, allocations)
    book(allocations, 1n)
  }
  const release = (kernelId: string) => {
    const held = holdings.get(kernelId)
    if (!held) return
    holdings.delete(kernelId)
    book(held, -1n)
  }
  const total = (measure: (pool: SlotPool) => Amount): Slots =>
    new Map(units.flatMap(({ pools }) => [...pools].map(([slot, pool]) => [slot, measure(pool)] as const)))

  return {
    slotTypes,
    capacity: () => total(capacityOfPool),
    free: () => total(freeInPool),
    holders: () => [...holdings.keys()],
    restore,
    release,
    allocate(kernelId, request) {
      const existing = holdings.get(kernelId)
      if (existing) return existing
      const allocations = place(units, request, options.affinityPolicy)
      restore(kernelId, allocations)
      return allocations
    },
  }
}

function sortUnits({ units, allocationOrder }: AllocatorOptions): ComputeUnit[] {
  const rank = (key: string) => {
    const index = allocationOrder.indexOf(key)
    // Accelerators that nobody ranked still come before cpu and mem, so that their NUMA node leads.
    if (index >= 0) return index
    return key === 'cpu' || key === 'mem' ? allocationOrder.length : -1
  }
  return [...units].sort((a, b) => rank(a.key) - rank(b.key))
}

function toUnit(unit: ComputeUnit): Unit {
  const pools = Object.entries(unit.slotTypes).map(([slot, slotUnit]): [string, SlotPool] => [
    slot,
    {
      slot,
      unit: slotUnit,
      devices: unit.devices
        .filter(({ capacity }) => (capacity[slot] ?? ZERO) > ZERO)
        .map(({ id, numaNode, capacity }) => ({
          id,
          numaNode,
          capacity: capacity[slot] ?? ZERO,
          used: ZERO,
        })),
    },
  ])
  return { ...unit, pools: new Map(pools) }
}

function place(units: readonly Unit[], request: Slots, policy: AffinityPolicy): Allocations {
  const wanted = new Map([...request].filter(([, amount]) => amount !== ZERO))
  const known = new Set(units.flatMap(({ pools }) => [...pools.keys()]))
  for (const [slot, amount] of wanted) {
    if (!known.has(slot)) throw new AgentError('InvalidResourceArgument', `this agent has no slot "${slot}"`)
    if (amount < ZERO) throw new AgentError('InvalidResourceArgument', `"${slot}" must not be negative`)
  }
  const hint = new Set<number>()
  const result: Allocations = {}
  for (const unit of units) {
    const mine = [...wanted].filter(([slot]) => unit.pools.has(slot))
    if (mine.length === 0) continue
    refuseExclusive(
      unit,
      mine.map(([slot]) => slot),
    )
    const slots: Record<string, Record<string, string>> = {}
    for (const [slot, amount] of mine) {
      const pool = unit.pools.get(slot)
      if (!pool) continue
      const placement = placeSlot(unit, pool, amount, policy, hint)
      slots[slot] = Object.fromEntries([...placement].map(([id, part]) => [id, formatDecimal(part)]))
      for (const { id, numaNode } of pool.devices) {
        if (placement.has(id) && numaNode !== null) hint.add(numaNode)
      }
    }
    result[unit.key] = slots
  }
  return result
}

function refuseExclusive(unit: Unit, slots: string[]): void {
  const exclusive = slots.filter((slot) =>
    unit.exclusiveSlotTypes.some((pattern) => matchesPattern(pattern, slot)),
  )
  if (exclusive.length < 2) return
  const message = `only one of ${exclusive.join(', ')} may be requested`
  throw new AgentError('InvalidResourceCombination', message)
}

function placeSlot(
  unit: Unit,
  pool: SlotPool,
  requested: Amount,
  policy: AffinityPolicy,
  hint: ReadonlySet<number>,
): Placement {
  const amount = quantized(unit, pool, requested)
  const strategy = unit.strategyOf(pool.slot)
  const ordered = orderDevices(pool.devices, policy, hint)
  const placement =
    strategy === 'fill'
      ? placeFilling(ordered, amount)
      : strategy === 'evenly'
        ? placeEvenly(ordered, amount)
        : placeFractions(ordered, amount)
  const placed = [...placement.values()].reduce((sum, part) => sum + part, ZERO)
  if (placed === amount) return placement
  throw new AgentError(
    'InsufficientResource',
    `${pool.slot}: requested ${formatDecimal(amount)}, allocatable ${formatDecimal(freeInPool(pool))}`,
  )
}

function quantized(unit: Unit, pool: SlotPool, requested: Amount): Amount {
  const one = fromInteger(1)
  if (pool.unit === 'unique' && requested !== one) {
    throw new AgentError('InvalidResourceArgument', `"${pool.slot}" can only be requested as 1`)
  }
  const quantum = unit.quantumOf(pool.slot)
  if (quantum === null) {
    if (requested % one === ZERO) return requested
    const message = `"${pool.slot}" is counted in whole units, got ${formatDecimal(requested)}`
    throw new AgentError('NotMultipleOfQuantum', message)
  }
  const rounded = (requested / quantum) * quantum
  if (rounded > ZERO) return rounded
  const message = `"${pool.slot}": ${formatDecimal(requested)} is below the smallest share ${formatDecimal(quantum)}`
  throw new AgentError('NotMultipleOfQuantum', message)
}
