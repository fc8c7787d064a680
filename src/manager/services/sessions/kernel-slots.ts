import {
  type Amount,
  add,
  formatDecimal,
  isInfinite,
  parseDecimal,
  subtract,
  ZERO,
} from '../../../core/amount.ts'
import { formatBytes, parseBytes } from '../../../core/bytes.ts'
import { Problem } from '../../../core/problem.ts'
import { amountOf, type Slots, type SlotTypes, slotsFromUser } from '../../../core/slots.ts'
import type { ResourceRange } from '../../../db/tables/resources.ts'

export interface SlotRequest {
  /** As typed. */
  resources: Readonly<Record<string, string | number>>
  resourceOpts: Readonly<Record<string, unknown>>
  image: { labels: Readonly<Record<string, string>>; resources: Readonly<Record<string, ResourceRange>> }
  types: SlotTypes
}

const invalid = (msg: string, cause?: unknown) => new Problem('invalid-api-params', { msg, data: {}, cause })

/** What one kernel gets: the request, completed and checked by the image's minimums and maximums. */
export function kernelSlots(request: SlotRequest): { slots: Slots; shmemBytes: bigint } {
  const { image, types } = request
  const shmemBytes = shmem(request)
  const asked = readSlots(request)
  const result = new Map<string, Amount>()
  for (const slot of Object.keys(types)) {
    const minimum = minimumOf(image.resources[slot], slot, shmemBytes)
    const wanted = amountOf(asked, slot)
    const amount = wanted === ZERO && (slot === 'cpu' || slot === 'mem') ? minimum : wanted
    checkRange(slot, amount, minimum, image.resources[slot], shmemBytes)
    if (amount !== ZERO) result.set(slot, amount)
  }
  checkShmem(result, shmemBytes)
  return { slots: result, shmemBytes }
}

function readSlots({ resources, types }: SlotRequest): Slots {
  if ('shmem' in resources) throw invalid('Shared memory is given in resource_opts, not as a resource slot.')
  try {
    const slots = slotsFromUser(resources, types)
    for (const [name, amount] of slots) {
      if (isInfinite(amount)) throw new RangeError(`resource slot "${name}" must be finite`)
    }
    return slots
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`Invalid resources: ${error.message}.`, error)
    throw error
  }
}

/** Shared memory is part of `mem`: the option, else the image's preference, else 64 MiB. */
function shmem({ resourceOpts, image }: SlotRequest): bigint {
  const text = resourceOpts.shmem ?? image.labels['ai.backend.resource.preferred.shmem'] ?? '64m'
  try {
    return parseBytes(String(text))
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`Invalid shmem: ${error.message}.`, error)
    throw error
  }
}

function minimumOf(range: ResourceRange | undefined, slot: string, shmemBytes: bigint): Amount {
  const minimum = range ? parseDecimal(range.min) : ZERO
  return slot === 'mem' ? add(minimum, parseDecimal(String(shmemBytes))) : minimum
}

function checkRange(
  slot: string,
  amount: Amount,
  minimum: Amount,
  range: ResourceRange | undefined,
  shmemBytes: bigint,
): void {
  if (amount < minimum) {
    const why = slot === 'mem' ? ` (including ${formatBytes(shmemBytes)} of shared memory)` : ''
    throw invalid(
      `The image needs at least ${show(slot, minimum)} of ${slot}${why}; you asked for ${show(slot, amount)}.`,
    )
  }
  const maximum = range?.max ? parseDecimal(range.max) : null
  // A maximum of zero is none, as the original stores it.
  if (maximum !== null && maximum > ZERO && amount > maximum) {
    throw invalid(
      `The image takes at most ${show(slot, maximum)} of ${slot}; you asked for ${show(slot, amount)}.`,
    )
  }
}

function checkShmem(slots: Slots, shmemBytes: bigint): void {
  const mem = amountOf(slots, 'mem')
  if (subtract(mem, parseDecimal(String(shmemBytes))) > ZERO) return
  throw invalid(`Shared memory (${formatBytes(shmemBytes)}) must be less than mem (${show('mem', mem)}).`)
}

function show(slot: string, amount: Amount): string {
  const text = formatDecimal(amount)
  return slot === 'mem' && /^\d+$/.test(text) ? formatBytes(BigInt(text)) : text
}
