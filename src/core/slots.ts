import { type Amount, add, formatDecimal, INFINITE, parseDecimal, subtract, ZERO } from './amount.ts'
import { parseBytes } from './bytes.ts'

/** How a slot is counted: any decimal, bytes, or exactly one device. */
export type SlotUnit = 'count' | 'bytes' | 'unique'
export type SlotTypes = Readonly<Record<string, SlotUnit>>

/** What every agent offers; accelerators add theirs. */
export const INTRINSIC_SLOTS: SlotTypes = { cpu: 'count', mem: 'bytes' }

/** Amounts by slot name; a name that is absent means zero. Treat as immutable. */
export type Slots = ReadonlyMap<string, Amount>
/** The stored and transmitted form: slot name → exact decimal text. */
export type SlotsJson = Record<string, string>

export const NO_SLOTS: Slots = new Map()

export const slotsFromJson = (json: Readonly<Record<string, string | number>>): Slots =>
  new Map(Object.entries(json).map(([name, text]) => [name, parseDecimal(String(text))]))

export const slotsToJson = (slots: Slots): SlotsJson =>
  Object.fromEntries([...slots].map(([name, amount]) => [name, formatDecimal(amount)]))

/**
 * Slots as a user types them: bytes slots take units (`mem: "256m"`).
 * @throws RangeError naming the slot that is unknown, negative or malformed.
 */
export function slotsFromUser(input: Readonly<Record<string, string | number>>, types: SlotTypes): Slots {
  const result = new Map<string, Amount>()
  for (const [name, value] of Object.entries(input)) {
    const unit = types[name]
    if (!unit) throw new RangeError(`unknown resource slot "${name}"`)
    const amount = userAmount(name, String(value), unit)
    if (amount < ZERO) throw new RangeError(`resource slot "${name}" must not be negative`)
    result.set(name, amount)
  }
  return result
}

function userAmount(name: string, text: string, unit: SlotUnit): Amount {
  try {
    if (unit !== 'bytes' || /^\s*[+-]?(inf|infinity)\s*$/i.test(text)) return parseDecimal(text)
    return parseDecimal(String(/^\s*-/.test(text) ? text : parseBytes(text)))
  } catch (cause) {
    throw new RangeError(`resource slot "${name}": "${text}" is no ${unit} amount`, { cause })
  }
}

export const amountOf = (slots: Slots, name: string): Amount => slots.get(name) ?? ZERO

export const sumSlots = (a: Slots, b: Slots): Slots => merge(a, b, add)
export const subtractSlots = (a: Slots, b: Slots): Slots => merge(a, b, subtract)

function merge(a: Slots, b: Slots, op: (x: Amount, y: Amount) => Amount): Slots {
  const result = new Map(a)
  for (const [name, amount] of b) result.set(name, op(result.get(name) ?? ZERO, amount))
  return result
}

/** The slots of `want` that exceed `have`, in `want`'s order; empty means that it fits. */
export const lackingSlots = (want: Slots, have: Slots): string[] =>
  [...want].filter(([name, amount]) => amount > amountOf(have, name)).map(([name]) => name)

/** `limit` completed for every known slot: unspecified ones are infinite (or zero when `unlimited` is false). */
export function completeLimits(limit: Slots, types: SlotTypes, unlimited: boolean): Slots {
  const names = new Set([...Object.keys(types), ...limit.keys()])
  return new Map([...names].map((name) => [name, limit.get(name) ?? (unlimited ? INFINITE : ZERO)]))
}
