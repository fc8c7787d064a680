import { eq } from 'drizzle-orm'
import { parseBytes } from '../../../core/bytes.ts'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { rowName } from './plain-text.ts'
import { conflict, invalid, superadminOnly } from './refusals.ts'
import { slotsGiven } from './slots-given.ts'

export type PresetRow = Store['tables']['resourcePresets']['$inferSelect']

/** As the API spells them. */
export interface PresetProps {
  resource_slots?: unknown
  /** Bytes, or text such as `1g`; null is none. */
  shared_memory?: string | null
}

function sharedMemory(given: string | null | undefined): number | null | undefined {
  if (given === undefined || given === null) return given
  try {
    const bytes = Number(parseBytes(given))
    if (Number.isSafeInteger(bytes)) return bytes
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw invalid(`shared_memory is a size such as "64m" or "1g", not "${given.slice(0, 80)}"`)
}

async function presetNames(tx: Tx, store: Store, name: string): Promise<string[]> {
  const { resourcePresets: t } = store.tables
  const rows = await tx.select({ name: t.name }).from(t).where(eq(t.name, name))
  return rows.map((row) => row.name)
}

async function requirePreset(tx: Tx, store: Store, name: string): Promise<void> {
  if ((await presetNames(tx, store, name)).length > 0) return
  throw notFound('resource preset', `There is no resource preset "${name.slice(0, 80)}".`)
}

/** Superadmins only. @throws Problem */
export async function createPreset(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: PresetProps,
): Promise<PresetRow> {
  superadminOnly(requester, 'create_resource_preset')
  rowName('resource preset', name)
  const { store, config } = ports
  const resourceSlots = await slotsGiven(config, 'resource_slots', props.resource_slots)
  if (!resourceSlots) throw invalid('resource_slots is missing')
  const row: PresetRow = { name, resourceSlots, sharedMemory: sharedMemory(props.shared_memory) ?? null }
  await store.tx(async (tx) => {
    if ((await presetNames(tx, store, name)).length > 0) {
      throw conflict(`A resource preset named "${name}" exists already.`)
    }
    await tx.insert(store.tables.resourcePresets).values(row)
  })
  return row
}

/** Superadmins only. @throws Problem */
export async function modifyPreset(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: PresetProps,
): Promise<void> {
  superadminOnly(requester, 'modify_resource_preset')
  const { store, config } = ports
  const { resourcePresets: t } = store.tables
  const given = {
    resourceSlots: await slotsGiven(config, 'resource_slots', props.resource_slots),
    sharedMemory: sharedMemory(props.shared_memory),
  }
  await store.tx(async (tx) => {
    await requirePreset(tx, store, name)
    // The name stands in for an empty set of columns.
    await tx
      .update(t)
      .set({ name, ...given })
      .where(eq(t.name, name))
  })
}

/** Superadmins only. @throws Problem */
export async function deletePreset({ ports }: IdentityContext, requester: Requester, name: string) {
  superadminOnly(requester, 'delete_resource_preset')
  const { store } = ports
  await store.tx(async (tx) => {
    await requirePreset(tx, store, name)
    await tx.delete(store.tables.resourcePresets).where(eq(store.tables.resourcePresets.name, name))
  })
}
