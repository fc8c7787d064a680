import { and, inArray, ne, notInArray, type SQL } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { ImageRow } from '../rows.ts'

/**
 * Forgets an image and its aliases; what agents have of it stays with them. A rescan finds it again.
 * @throws Problem `conflict` while a service runs it.
 */
export async function forgetImage(store: Store, image: ImageRow): Promise<void> {
  const gone = await forgetWhere(store, inArray(store.tables.images.id, [image.id]))
  if (gone > 0) return
  throw new Problem('conflict', { msg: `A service runs the image "${image.name}".` })
}

/** Forgets the images that `where` finds, but those that services run. Tells how many. */
export async function forgetWhere(store: Store, where: SQL | undefined): Promise<number> {
  const { images, endpoints } = store.tables
  const gone = await store.tx(async (tx) => {
    const used = tx
      .select({ image: endpoints.image })
      .from(endpoints)
      .where(ne(endpoints.lifecycleStage, 'destroyed'))
    return await tx
      .delete(images)
      .where(and(where, notInArray(images.id, used)))
      .returning({ id: images.id })
  })
  return gone.length
}
