import { and, eq } from 'drizzle-orm'
import { formatDecimal, parseDecimal } from '../../../core/amount.ts'
import { parseBytes } from '../../../core/bytes.ts'
import { DEFAULT_REGISTRY, parseImageRef } from '../../../core/image-ref.ts'
import { amountOf, type SlotTypes, slotsFromUser } from '../../../core/slots.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { ResourceRange } from '../../../db/tables/resources.ts'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import type { ImageRow } from '../rows.ts'

export interface ImageFacts {
  slotTypes: SlotTypes
  /** Registries that the cluster is configured for; images of others cannot be pulled. */
  registries: ReadonlySet<string>
  at: Date
  newId: () => string
}

/** Writes one image; `before` is its row, where there is one. */
export async function writeImage(
  tx: Tx,
  store: Store,
  before: ImageRow | undefined,
  values: ImageValues,
  facts: ImageFacts,
): Promise<'new' | 'changed' | 'same'> {
  const { images } = store.tables
  if (!before) {
    await tx.insert(images).values({ ...values, id: facts.newId(), createdAt: facts.at })
    return 'new'
  }
  if (!differs(before, values)) return 'same'
  const resources = withKnownLimits(values.resources, before.resources)
  await tx
    .update(images)
    .set({ ...values, resources })
    .where(eq(images.id, before.id))
  return 'changed'
}

/** What administrators have limited stays limited, unless the image itself says otherwise now. */
function withKnownLimits(
  labelled: ImageRow['resources'],
  before: ImageRow['resources'],
): Record<string, ResourceRange> {
  const known = Object.entries(before).flatMap(([slot, { min: least, max }]): [string, ResourceRange][] => {
    const now = labelled[slot]
    if (max === null || (now && now.max !== null)) return []
    const min = now?.min ?? least
    return parseDecimal(max) >= parseDecimal(min) ? [[slot, { min, max }]] : []
  })
  return { ...labelled, ...Object.fromEntries(known) }
}

/** The row of an image, if there is one. */
export async function imageRow(
  tx: Tx,
  store: Store,
  { canonical, architecture }: ImageReport,
): Promise<ImageRow | undefined> {
  const { images } = store.tables
  const [row] = await tx
    .select()
    .from(images)
    .where(and(eq(images.name, canonical), eq(images.architecture, architecture)))
  return row
}

export type ImageValues = Omit<ImageRow, 'id' | 'createdAt'>

const differs = (row: ImageRow, values: ImageValues): boolean =>
  row.configDigest !== values.configDigest ||
  row.sizeBytes !== values.sizeBytes ||
  row.isLocal !== values.isLocal ||
  row.registry !== values.registry ||
  JSON.stringify(row.labels) !== JSON.stringify(values.labels)

/** What a report says of an image, as its row says it. */
export function imageValues(report: ImageReport, facts: ImageFacts): ImageValues {
  const ref = refOf(report.canonical)
  const { labels } = report
  return {
    name: report.canonical,
    image: ref.repository,
    tag: ref.tag,
    registry: ref.registry,
    architecture: report.architecture,
    configDigest: report.digest,
    sizeBytes: report.sizeBytes,
    isLocal: !facts.registries.has(ref.registry),
    type: typeOf(labels['ai.backend.role']),
    accelerators: labels['ai.backend.accelerators'] ?? null,
    labels,
    resources: resourcesOf(labels, facts.slotTypes),
  }
}

function refOf(canonical: string) {
  try {
    return parseImageRef(canonical)
  } catch {
    // What an agent runs is an image, whatever its name looks like.
    return { registry: DEFAULT_REGISTRY, repository: canonical, tag: 'latest' }
  }
}

function typeOf(role: string | undefined): ImageRow['type'] {
  if (role === 'SYSTEM') return 'system'
  return role === 'INFERENCE' ? 'service' : 'compute'
}

const MIN_LABEL = 'ai.backend.resource.min.'
const MAX_LABEL = 'ai.backend.resource.max.'

/**
 * Ranges from labels; an image that names none needs one core and 1 GiB (agent-kernel.md §10). A maximum below its
 * minimum says nothing.
 */
export function resourcesOf(
  labels: Readonly<Record<string, string>>,
  slotTypes: SlotTypes,
): Record<string, ResourceRange> {
  const result: Record<string, ResourceRange> = {
    cpu: { min: '1', max: null },
    mem: { min: String(parseBytes('1g')), max: null },
  }
  const labelled = (prefix: string): [slot: string, amount: string][] =>
    Object.entries(labels).flatMap(([label, text]) => {
      const slot = label.startsWith(prefix) ? label.slice(prefix.length) : ''
      const amount = slot !== '' && slot in slotTypes ? amountIn(slot, text, slotTypes) : null
      return amount === null ? [] : [[slot, amount]]
    })
  for (const [slot, min] of labelled(MIN_LABEL)) result[slot] = { min, max: null }
  for (const [slot, max] of labelled(MAX_LABEL)) {
    const min = result[slot]?.min ?? '0'
    if (parseDecimal(max) >= parseDecimal(min)) result[slot] = { min, max }
  }
  return result
}

function amountIn(slot: string, text: string, slotTypes: SlotTypes): string | null {
  try {
    return formatDecimal(amountOf(slotsFromUser({ [slot]: text }, slotTypes), slot))
  } catch (error) {
    // A label that is no amount says nothing.
    if (error instanceof RangeError) return null
    throw error
  }
}
