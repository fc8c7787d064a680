import { randomUUID } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { isImageAlias } from '../../core/image-ref.ts'
import { notFound, Problem } from '../../core/problem.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { defineOperation } from './define.ts'
import { findImage } from './find-image.ts'

/** Every image with its short names. */
export const imageList = defineOperation(v.object({}), async ({ store }) => {
  const { agents, images, imageAliases } = store.tables
  const reported = await store.db
    .select({ images: agents.images })
    .from(agents)
    .where(eq(agents.status, 'ALIVE'))
  const installed = new Set(reported.flatMap((agent) => agent.images))
  const rows = await store.db.select().from(images).orderBy(asc(images.name), asc(images.architecture))
  const aliases = await store.db.select().from(imageAliases).orderBy(asc(imageAliases.alias))
  return rows.map(({ id, name, architecture, configDigest, sizeBytes, isLocal, type }) => ({
    name,
    architecture,
    digest: configDigest,
    sizeBytes,
    isLocal,
    type,
    isInstalled: installed.has(`${name}@${architecture}`),
    aliases: aliases.filter(({ image }) => image === id).map(({ alias }) => alias),
  }))
})

/** All that is known of one image. */
export const imageInspect = defineOperation(
  v.object({ reference: v.string(), architecture: v.string() }),
  async ({ store }, params) => {
    const { agents, imageAliases } = store.tables
    const row = await findImage(store, params.reference, params.architecture)
    const living = await store.db
      .select({ id: agents.id, images: agents.images })
      .from(agents)
      .where(eq(agents.status, 'ALIVE'))
    const aliases = await store.db
      .select({ alias: imageAliases.alias })
      .from(imageAliases)
      .where(eq(imageAliases.image, row.id))
      .orderBy(asc(imageAliases.alias))
    const { configDigest, createdAt, ...facts } = row
    return {
      ...facts,
      digest: configDigest,
      createdAt: createdAt.toISOString(),
      aliases: aliases.map(({ alias }) => alias),
      agents: living
        .filter(({ images }) => images.includes(`${row.name}@${row.architecture}`))
        .map(({ id }) => id),
    }
  },
)

const target = v.object({ alias: v.string(), target: v.string(), architecture: v.string() })

/** Gives an image a short name. */
export const imageAlias = defineOperation(target, async ({ store }, params) => {
  const alias = params.alias.trim()
  if (!isImageAlias(alias))
    throw new Problem('invalid-api-params', { msg: `"${alias}" is no name for an alias.` })
  const image = await findImage(store, params.target, params.architecture)
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
