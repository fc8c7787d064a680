import { eq, inArray } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import { type ImageFacts, type ImageValues, imageValues, writeImage } from '../registry/image-rows.ts'
import type { ImageRow } from '../rows.ts'

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
    await writeImage(tx, store, row, agentValues(row, report, facts), facts)
  }
  await upsertAliases(tx, store, agentId, reports, facts)
}

/** Of an image that a registry offers, the registry's word counts: an agent may have an older one of the name. */
function agentValues(row: ImageRow | undefined, report: ImageReport, facts: ImageFacts): ImageValues {
  const values = imageValues(report, facts)
  if (!row || values.isLocal) return values
  const { id: _id, createdAt: _at, ...known } = row
  return { ...known, isLocal: false }
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
