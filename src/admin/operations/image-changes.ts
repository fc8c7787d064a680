import { and, eq, ne } from 'drizzle-orm'
import * as v from 'valibot'
import { formatDecimal, isInfinite, parseDecimal } from '../../core/amount.ts'
import { Problem } from '../../core/problem.ts'
import { amountOf, INTRINSIC_SLOTS, type SlotTypes, type SlotUnit, slotsFromUser } from '../../core/slots.ts'
import type { AdminContext } from '../admin-context.ts'
import { defineOperation } from './define.ts'
import { findImage } from './find-image.ts'

const named = { reference: v.string(), architecture: v.string() }

/** Forgets an image and its short names until the next scan. */
export const imageForget = defineOperation(v.object(named), async ({ store }, params) => {
  const { id, name, architecture } = await findImage(store, params.reference, params.architecture)
  const { images, endpoints } = store.tables
  await store.tx(async (tx) => {
    const [service] = await tx
      .select({ name: endpoints.name })
      .from(endpoints)
      .where(and(eq(endpoints.image, id), ne(endpoints.lifecycleStage, 'destroyed')))
    if (service) throw new Problem('conflict', { msg: `The service "${service.name}" runs ${name}.` })
    await tx.delete(images).where(eq(images.id, id))
  })
  return { name, architecture }
})

/** Sets the least and the most that sessions of an image may ask of a slot; null leaves one as it is. */
export const imageSetLimit = defineOperation(
  v.object({ ...named, slot: v.string(), min: v.nullable(v.string()), max: v.nullable(v.string()) }),
  async (context, { slot, min, max, ...params }) => {
    const { store } = context
    const { id, name, architecture } = await findImage(store, params.reference, params.architecture)
    const types = await slotTypes(context)
    const { images } = store.tables
    return await store.tx(async (tx) => {
      const [row] = await tx.select().from(images).where(eq(images.id, id))
      const before = row?.resources[slot] ?? { min: '0', max: null }
      const range = {
        min: min === null ? before.min : (amount(slot, min, types) ?? '0'),
        max: max === null ? before.max : amount(slot, max, types),
      }
      if (range.max !== null && parseDecimal(range.max) < parseDecimal(range.min)) {
        throw new Problem('invalid-api-params', {
          msg: `The most of ${slot}, ${range.max}, is below its least, ${range.min}.`,
        })
      }
      const resources = { ...row?.resources, [slot]: range }
      await tx.update(images).set({ resources }).where(eq(images.id, id))
      return { name, architecture, slot, ...range }
    })
  },
)

/** Slots of the cluster: agents add theirs to the shared configuration. */
async function slotTypes({ config }: Pick<AdminContext, 'config'>): Promise<SlotTypes> {
  const stored = Object.entries(await config.getPrefix('config/resource_slots'))
  const known = stored.flatMap(([name, unit]): [string, SlotUnit][] =>
    unit === 'count' || unit === 'bytes' || unit === 'unique' ? [[name, unit]] : [],
  )
  return { ...INTRINSIC_SLOTS, ...Object.fromEntries(known) }
}

/** Exact decimal text; null for Infinity, which is no limit. @throws Problem */
function amount(slot: string, text: string, types: SlotTypes): string | null {
  try {
    const value = amountOf(slotsFromUser({ [slot]: text }, types), slot)
    return isInfinite(value) ? null : formatDecimal(value)
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new Problem('invalid-api-params', { msg: `${cause.message}.`, cause })
    throw cause
  }
}
