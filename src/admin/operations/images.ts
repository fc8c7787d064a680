import { randomUUID } from 'node:crypto'
import { asc, eq, inArray } from 'drizzle-orm'
import * as v from 'valibot'
import { canonicalNames, isImageAlias, parseImageRef } from '../../core/image-ref.ts'
import { notFound, Problem } from '../../core/problem.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import type { Store } from '../../db/store.ts'
import { defineOperation } from './define.ts'

/** Every image with its short names. */
export const imageList = defineOperation(v.object({}), async ({ store }) => {
  const { images, imageAliases } = store.tables
  const rows = await store.db.select().from(images).orderBy(asc(images.name), asc(images.architecture))
  const aliases = await store.db.select().from(imageAliases).orderBy(asc(imageAliases.alias))
  return rows.map(({ id, name, architecture, configDigest, sizeBytes, isLocal, type }) => ({
    name,
    architecture,
    digest: configDigest,
    sizeBytes,
    isLocal,
    type,
    aliases: aliases.filter(({ image }) => image === id).map(({ alias }) => alias),
  }))
})

const target = v.object({ alias: v.string(), target: v.string(), architecture: v.string() })

/** Gives an image a short name. */
export const imageAlias = defineOperation(target, async ({ store }, params) => {
  const alias = params.alias.trim()
  if (!isImageAlias(alias))
    throw new Problem('invalid-api-params', { msg: `"${alias}" is no name for an alias.` })
  const image = await findByName(store, params.target, params.architecture)
  try {
    await store.tx((tx) =>
      tx.insert(store.tables.imageAliases).values({ id: randomUUID(), alias, image: image.id }),
    )
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new Problem('conflict', { msg: `The alias "${alias}" is in use.` })
  }
  return { alias, target: image.name, architecture: image.architecture }
})

/** Takes a short name away. */
export const imageDealias = defineOperation(v.object({ alias: v.string() }), async ({ store }, { alias }) => {
  const { imageAliases } = store.tables
  const gone = await store.tx((tx) =>
    tx.delete(imageAliases).where(eq(imageAliases.alias, alias)).returning({ id: imageAliases.id }),
  )
  if (gone.length === 0) throw notFound('alias', `There is no alias "${alias}".`)
  return { alias }
})

async function findByName({ db, tables }: Store, text: string, architecture: string) {
  const { images } = tables
  const rows = await db
    .select()
    .from(images)
    .where(inArray(images.name, namesOf(text)))
  const found = rows.find((row) => row.architecture === architecture)
  if (!found) throw notFound('environment image', `There is no image "${text}" for ${architecture}.`)
  return found
}

function namesOf(text: string): string[] {
  try {
    return canonicalNames(text, parseImageRef(text))
  } catch (error) {
    if (error instanceof RangeError) return [text]
    throw error
  }
}
