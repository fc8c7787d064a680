import { eq, inArray } from 'drizzle-orm'
import { canonicalNames, parseImageRef } from '../../core/image-ref.ts'
import { notFound } from '../../core/problem.ts'
import type { Store } from '../../db/store.ts'
import type { Tables } from '../../db/tables/index.ts'

export type ImageRow = Tables['images']['$inferSelect']

/** The image of that full reference, else of that short name. @throws Problem `object-not-found` */
export async function findImage(
  { db, tables }: Pick<Store, 'db' | 'tables'>,
  text: string,
  architecture: string,
): Promise<ImageRow> {
  const { images, imageAliases } = tables
  const named = await db
    .select()
    .from(images)
    .where(inArray(images.name, namesOf(text)))
  const found = named.find((row) => row.architecture === architecture)
  if (found) return found
  const [aliased] = await db
    .select({ image: images })
    .from(imageAliases)
    .innerJoin(images, eq(imageAliases.image, images.id))
    .where(eq(imageAliases.alias, text))
  if (aliased) return aliased.image
  throw notFound('environment image', `There is no image "${text}" for ${architecture}.`)
}

function namesOf(text: string): string[] {
  try {
    return canonicalNames(text, parseImageRef(text))
  } catch (error) {
    if (error instanceof RangeError) return [text]
    throw error
  }
}
