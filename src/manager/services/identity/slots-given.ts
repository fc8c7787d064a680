import type { SharedConfig } from '../../../config/shared.ts'
import { type SlotsJson, slotsFromUser, slotsToJson } from '../../../core/slots.ts'
import { slotTypes } from '../slot-types.ts'
import { invalid } from './refusals.ts'

const SLOT_NAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/i
const MAX_SLOTS = 256

/**
 * Amounts by slot as clients write them, stored exactly. Slots that the cluster does not have yet count whole devices;
 * a slot that is null has no limit. Null and undefined mean "not given".
 * @throws Problem that names the slot.
 */
export async function slotsGiven(
  config: SharedConfig,
  what: string,
  value: unknown,
): Promise<SlotsJson | undefined> {
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalid(`${what} is an object of slot names and amounts`)
  }
  const entries = Object.entries(value).filter(([, amount]) => amount !== null)
  if (entries.length > MAX_SLOTS) throw invalid(`${what} names more than ${MAX_SLOTS} slots`)
  const types = await slotTypes(config)
  const amounts = new Map<string, string | number>()
  for (const [name, amount] of entries) {
    if (name.length > 64 || !SLOT_NAME.test(name)) {
      throw invalid(`${what}: "${name.slice(0, 80)}" is no slot name`)
    }
    if (typeof amount !== 'string' && typeof amount !== 'number') {
      throw invalid(`${what}: the amount of "${name}" is a number or text`)
    }
    amounts.set(name, amount)
  }
  try {
    const units = Object.fromEntries([...amounts.keys()].map((name) => [name, types[name] ?? 'count']))
    return slotsToJson(slotsFromUser(Object.fromEntries(amounts), units))
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`${what}: ${error.message}`)
    throw error
  }
}
