import { eq } from 'drizzle-orm'
import { formatDecimal, isInfinite, parseDecimal } from '../../../core/amount.ts'
import { Problem } from '../../../core/problem.ts'
import { type SlotTypes, slotsFromUser } from '../../../core/slots.ts'
import type { ResourceRange } from '../../../db/tables/resources.ts'
import type { ManagerPorts } from '../../context.ts'
import type { ImageRow } from '../rows.ts'
import { slotTypes } from '../slot-types.ts'

interface Pair {
  key?: string | null
  value?: string | null
}
interface Limit {
  key?: string | null
  min?: string | null
  max?: string | null
}

/** What may be changed of an image; null and absent leave a thing as it is. */
export interface ImageChanges {
  name?: string | null
  registry?: string | null
  image?: string | null
  tag?: string | null
  architecture?: string | null
  is_local?: boolean | null
  size_bytes?: number | null
  type?: string | null
  digest?: string | null
  labels?: readonly (Pair | null)[] | null
  supported_accelerators?: readonly (string | null)[] | null
  resource_limits?: readonly (Limit | null)[] | null
}

const TYPES = ['compute', 'system', 'service'] as const
const invalid = (msg: string, cause?: unknown) => new Problem('invalid-api-params', { msg, data: {}, cause })

/** Changes what is known of an image; a rescan of its registry reads it anew. @throws Problem */
export async function modifyImage(
  { store, config }: Pick<ManagerPorts, 'store' | 'config'>,
  image: ImageRow,
  changes: ImageChanges,
): Promise<void> {
  const { images } = store.tables
  const values = {
    ...plainValues(changes),
    ...(changes.labels ? { labels: labelsOf(changes.labels) } : {}),
    ...(changes.supported_accelerators
      ? { accelerators: changes.supported_accelerators.filter((one) => one !== null).join(',') }
      : {}),
    ...(changes.resource_limits
      ? { resources: limitsOf(changes.resource_limits, await slotTypes(config)) }
      : {}),
  }
  if (Object.keys(values).length === 0) return
  await store.tx(async (tx) => {
    await tx.update(images).set(values).where(eq(images.id, image.id))
  })
}

function plainValues(changes: ImageChanges) {
  const { name, registry, image, tag, architecture, is_local, size_bytes, type, digest } = changes
  for (const [key, value] of Object.entries({ name, registry, image, architecture, digest })) {
    if (value === '') throw invalid(`${key} must not be empty.`)
  }
  if (typeof size_bytes === 'number' && size_bytes < 0) throw invalid('size_bytes must not be negative.')
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof registry === 'string' ? { registry } : {}),
    ...(typeof image === 'string' ? { image } : {}),
    ...(typeof tag === 'string' ? { tag } : {}),
    ...(typeof architecture === 'string' ? { architecture } : {}),
    ...(typeof is_local === 'boolean' ? { isLocal: is_local } : {}),
    ...(typeof size_bytes === 'number' ? { sizeBytes: size_bytes } : {}),
    ...(typeof type === 'string' ? { type: typeOf(type) } : {}),
    ...(typeof digest === 'string' ? { configDigest: digest } : {}),
  }
}

function typeOf(text: string): (typeof TYPES)[number] {
  const found = TYPES.find((type) => type === text.toLowerCase())
  if (found) return found
  throw invalid(`type: "${text}" is none of ${TYPES.join(', ')}.`)
}

function labelsOf(pairs: readonly (Pair | null)[]): Record<string, string> {
  return Object.fromEntries(
    pairs
      .filter((pair) => pair !== null)
      .map(({ key, value }) => {
        if (!key) throw invalid('A label has a key.')
        return [key, value ?? '']
      }),
  )
}

function limitsOf(limits: readonly (Limit | null)[], types: SlotTypes): Record<string, ResourceRange> {
  return Object.fromEntries(
    limits
      .filter((limit) => limit !== null)
      .map(({ key, min, max }) => {
        if (!key) throw invalid('A resource limit has a key.')
        const low = amount(key, min ?? '0', types) ?? '0'
        const high = max ? amount(key, max, types) : null
        if (high !== null && parseDecimal(high) < parseDecimal(low)) {
          throw invalid(`resource_limits: the maximum of ${key} is below its minimum.`)
        }
        return [key, { min: low, max: high }]
      }),
  )
}

/** Exact decimal text; null for Infinity, which is no limit. */
function amount(key: string, text: string, types: SlotTypes): string | null {
  try {
    const value = slotsFromUser({ [key]: text }, types).get(key)
    if (value === undefined) return '0'
    return isInfinite(value) ? null : formatDecimal(value)
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`resource_limits: ${error.message}.`, error)
    throw error
  }
}
