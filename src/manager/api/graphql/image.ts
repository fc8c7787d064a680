import { asc, inArray } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { ImageRow } from '../../services/rows.ts'
import { findImage } from '../../services/sessions/find-image.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import { globalId, idOfNode } from './global-id.ts'
import sdl from './image.graphql' with { type: 'text' }
import {
  type ImageKind,
  imagesOfAgents,
  installedName,
  kindOfImage,
  ownImages,
  usableImages,
} from './image-visibility.ts'
import { agentsByImage, aliasesOfImage } from './loaders.ts'
import type { FieldsOf, GraphResource } from './resource.ts'
import type { Arguments } from './types.generated.ts'

const KINDS: readonly ImageKind[] = ['general', 'operational', 'customized']

async function allImages({ ports }: GraphContext): Promise<ImageRow[]> {
  const { images } = ports.store.tables
  return await ports.store.db.select().from(images).orderBy(asc(images.name), asc(images.architecture))
}

/** The kinds asked for; without any, all but those of the system, customised ones only one's own. */
function wantedKinds(args: Arguments['Queries']['images']): ReadonlySet<string> {
  const named = args.load_filters ?? args.image_filters
  if (!named) return new Set(args.is_operation ? ['operational'] : ['general', 'customized'])
  const names = named.map((name) => (name ?? '').toLowerCase())
  const unknown = names.filter((name) => !KINDS.some((kind) => kind === name))
  if (unknown.length === 0) return new Set(names)
  throw new Problem('invalid-api-params', {
    msg: `There are no images of the kind ${unknown.join(', ')}; there are ${KINDS.join(', ')}.`,
    data: { load_filters: unknown.join(', ') },
  })
}

async function imagesAsked(context: GraphContext, args: Arguments['Queries']['images']): Promise<ImageRow[]> {
  const kinds = wantedKinds(args)
  const isUsable = await usableImages(context, args.domain ?? null)
  const isOwn = await ownImages(context)
  const asksForAll = Boolean(args.load_filters ?? args.image_filters)
  const isAtHand = await imagesOfAgents(context, {
    domain: args.domain ?? null,
    group: args.group ?? null,
    scalingGroup: args.scaling_group ?? null,
  })
  const installed = await agentsByImage(context)
  return (await allImages(context)).filter((row) => {
    const kind = kindOfImage(row)
    if (!kinds.has(kind) || !isUsable(row)) return false
    if (kind === 'customized' && !asksForAll && !isOwn(row)) return false
    if (isAtHand && !isAtHand(row)) return false
    return typeof args.is_installed !== 'boolean' || args.is_installed === installed.has(installedName(row))
  })
}

async function imageAsked(
  context: GraphContext,
  args: Arguments['Queries']['image'],
): Promise<ImageRow | null> {
  const { store } = context.ports
  if (args.id) {
    const row = await imageById(context, plainImageId(args.id))
    if (row && (await usableImages(context))(row)) return row
    throw notFound('environment image')
  }
  if (!args.reference) return null
  const row = await findImage(store, args.reference, args.architecture ?? 'x86_64')
  return (await usableImages(context))(row) ? row : null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The plain id in what clients send: itself, or the global id of a node. @throws Problem */
export const plainImageId = (text: string): string =>
  UUID.test(text.toLowerCase()) ? text.toLowerCase() : idOfNode('ImageNode', text)

/** An image by its id, whoever asks. */
export const imageById = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { images } = tables
  const known = ids.filter((id) => UUID.test(id))
  if (known.length === 0) return new Map<string, ImageRow>()
  const rows = await db.select().from(images).where(inArray(images.id, known))
  return new Map(rows.map((row) => [row.id, row]))
})

const imagesByName = defineLoader(async ({ store: { db, tables } }, names: readonly string[]) => {
  const { images } = tables
  const rows = await db
    .select()
    .from(images)
    .where(inArray(images.name, [...names]))
  return Map.groupBy(rows, ({ name }) => name)
})

/** The image of that name, for that architecture where there are several; null where it is gone. */
export async function imageNamed(
  context: GraphContext,
  { image, architecture }: { image: string; architecture: string },
): Promise<ImageRow | null> {
  const rows = (await imagesByName(context, image)) ?? []
  return rows.find((row) => row.architecture === architecture) ?? rows[0] ?? null
}

const common = {
  name: (row) => row.image,
  humanized_name: (row) => row.image,
  digest: (row) => row.configDigest,
  labels: (row) => Object.entries(row.labels).map(([key, value]) => ({ key, value })),
  aliases: (row, _, context) => aliasesOfImage(context, row.id),
  resource_limits: (row) =>
    Object.entries(row.resources).map(([key, { min, max }]) => ({ key, min, max: max ?? 'Infinity' })),
  supported_accelerators: (row) =>
    (row.accelerators ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
} satisfies Partial<FieldsOf<'ImageNode'>>

export const image = {
  sdl,
  queries: {
    image: (_, args, context) => imageAsked(context, args),
    images: (_, args, context) => imagesAsked(context, args),
    customized_images: async (_, _args, context) => {
      const isOwn = await ownImages(context)
      return (await allImages(context)).filter((row) => kindOfImage(row) === 'customized' && isOwn(row))
    },
  },
  types: {
    Image: {
      ...common,
      hash: (row) => row.configDigest,
      installed: async (row, _, context) => (await agentsByImage(context)).has(installedName(row)),
      installed_agents: async (row, _, context) =>
        context.hideAgents && !context.requester.isSuperadmin
          ? []
          : ((await agentsByImage(context)).get(installedName(row)) ?? []),
    },
    ImageNode: { ...common, id: (row) => globalId('ImageNode', row.id), row_id: (row) => row.id },
  },
  nodes: {
    ImageNode: async (context, id) => {
      const row = await imageById(context, id)
      return row && (await usableImages(context))(row) ? row : null
    },
  },
} satisfies GraphResource
