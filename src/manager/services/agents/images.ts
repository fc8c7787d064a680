import { eq, inArray } from 'drizzle-orm'
import { formatDecimal } from '../../../core/amount.ts'
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

/** Writes what an agent reports of its images: new ones, changed ones, and their aliases. */
export async function upsertImages(
  tx: Tx,
  store: Store,
  agentId: string,
  reports: readonly ImageReport[],
  facts: ImageFacts,
): Promise<void> {
  if (reports.length === 0) return
  const { images } = store.tables
  const names = [...new Set(reports.map((report) => report.canonical))]
  const known = await tx.select().from(images).where(inArray(images.name, names))
  for (const report of reports) {
    const row = known.find((one) => one.name === report.canonical && one.architecture === report.architecture)
    const values = imageValues(report, facts)
    if (!row) await tx.insert(images).values({ ...values, id: facts.newId(), createdAt: facts.at })
    else if (differs(row, values)) await tx.update(images).set(values).where(eq(images.id, row.id))
  }
  await upsertAliases(tx, store, agentId, reports, facts)
}

type ImageValues = Omit<ImageRow, 'id' | 'createdAt'>

const differs = (row: ImageRow, values: ImageValues): boolean =>
  row.configDigest !== values.configDigest ||
  row.sizeBytes !== values.sizeBytes ||
  row.isLocal !== values.isLocal ||
  JSON.stringify(row.labels) !== JSON.stringify(values.labels)

function imageValues(report: ImageReport, facts: ImageFacts): ImageValues {
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

/** Minimums from labels; an image that names none needs one core and 1 GiB (agent-kernel.md §10). */
export function resourcesOf(
  labels: Readonly<Record<string, string>>,
  slotTypes: SlotTypes,
): Record<string, ResourceRange> {
  const result: Record<string, ResourceRange> = {
    cpu: { min: '1', max: null },
    mem: { min: String(parseBytes('1g')), max: null },
  }
  for (const [label, text] of Object.entries(labels)) {
    const slot = label.startsWith(MIN_LABEL) ? label.slice(MIN_LABEL.length) : ''
    if (slot === '' || !(slot in slotTypes)) continue
    const min = amountIn(slot, text, slotTypes)
    if (min !== null) result[slot] = { min, max: null }
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

/** An alias stays where it is while its image can still be used; otherwise the newcomer takes it. */
async function upsertAliases(
  tx: Tx,
  store: Store,
  agentId: string,
  reports: readonly ImageReport[],
  facts: ImageFacts,
): Promise<void> {
  const wanted = reports.flatMap((report) => report.aliases.map((alias) => ({ alias, report })))
  if (wanted.length === 0) return
  const { images, imageAliases } = store.tables
  const names = [...new Set(wanted.map(({ report }) => report.canonical))]
  const rows = await tx.select().from(images).where(inArray(images.name, names))
  const taken = await tx
    .select({ alias: imageAliases.alias, image: images })
    .from(imageAliases)
    .innerJoin(images, eq(imageAliases.image, images.id))
    .where(
      inArray(
        imageAliases.alias,
        wanted.map(({ alias }) => alias),
      ),
    )
  const installed = await installedElsewhere(tx, store, agentId, reports)
  for (const { alias, report } of wanted) {
    const image = rows.find(
      (row) => row.name === report.canonical && row.architecture === report.architecture,
    )
    if (!image) continue
    const owner = taken.find((one) => one.alias === alias)?.image
    if (!owner) {
      await tx
        .insert(imageAliases)
        .values({ id: facts.newId(), alias, image: image.id })
        .onConflictDoNothing()
    } else if (owner.isLocal && !installed.has(`${owner.name}@${owner.architecture}`)) {
      await tx.update(imageAliases).set({ image: image.id }).where(eq(imageAliases.alias, alias))
    }
  }
}

/** Images that some living agent has, with this one's new list instead of its old one. */
async function installedElsewhere(
  tx: Tx,
  store: Store,
  agentId: string,
  reports: readonly ImageReport[],
): Promise<Set<string>> {
  const { agents } = store.tables
  const rows = await tx
    .select({ id: agents.id, images: agents.images })
    .from(agents)
    .where(eq(agents.status, 'ALIVE'))
  return new Set([
    ...rows.filter((row) => row.id !== agentId).flatMap((row) => row.images),
    ...reports.map((report) => `${report.canonical}@${report.architecture}`),
  ])
}
