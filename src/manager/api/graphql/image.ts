import { randomUUID } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import { isImageAlias } from '../../../core/image-ref.ts'
import { isUniqueViolation } from '../../../db/errors.ts'
import { startRescan } from '../../services/registry/rescan.ts'
import type { ImageRow } from '../../services/rows.ts'
import { findImage } from '../../services/sessions/find-image.ts'
import { requireAdmin, requireSuperadmin } from './access.ts'
import type { FieldsOf, GraphContext, RootFields } from './context.ts'

const FEATURES = 'ai.backend.features'

/** Which images the requester may use (domain-model.md §5). */
async function imageFilter({ requester, ports }: GraphContext): Promise<(row: ImageRow) => boolean> {
  if (requester.isSuperadmin) return () => true
  const { domains } = ports.store.tables
  const [domain] = await ports.store.db
    .select({ registries: domains.allowedDockerRegistries })
    .from(domains)
    .where(eq(domains.name, requester.domainName))
  const allowed = new Set(domain?.registries ?? [])
  // A local image belongs to no registry that could be allowed or not.
  return ({ registry, isLocal }) => isLocal || allowed.has(registry)
}

const isOperational = ({ labels }: ImageRow): boolean =>
  (labels[FEATURES] ?? '').split(/\s+/).includes('operation')

const fullName = (row: ImageRow): string => `${row.name}@${row.architecture}`

export const imageQueries: RootFields = {
  image: async (_, args: { reference?: string | null; architecture?: string | null }, context) => {
    if (!args.reference) return null
    const row = await findImage(context.ports.store, args.reference, args.architecture ?? 'x86_64')
    return (await imageFilter(context))(row) ? row : null
  },
  images: async (
    _,
    args: { is_installed?: boolean | null; is_operation?: boolean | null },
    context,
  ): Promise<ImageRow[]> => {
    const { images } = context.ports.store.tables
    const rows = await context.ports.store.db
      .select()
      .from(images)
      .orderBy(asc(images.name), asc(images.architecture))
    const isVisible = await imageFilter(context)
    const installed = await context.loaders.agentsByImage()
    return rows.filter(
      (row) =>
        isVisible(row) &&
        isOperational(row) === (args.is_operation ?? false) &&
        (args.is_installed ?? installed.has(fullName(row))) === installed.has(fullName(row)),
    )
  },
}

export const imageFields: FieldsOf<ImageRow> = {
  name: (row) => row.image,
  humanized_name: (row) => row.image,
  digest: (row) => row.configDigest,
  hash: (row) => row.configDigest,
  labels: (row) => Object.entries(row.labels).map(([key, value]) => ({ key, value })),
  aliases: (row, _, { loaders }) => loaders.aliasesOfImage.load(row.id),
  resource_limits: (row) =>
    Object.entries(row.resources).map(([key, { min, max }]) => ({ key, min, max: max ?? 'Infinity' })),
  supported_accelerators: (row) =>
    (row.accelerators ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  installed: async (row, _, { loaders }) => (await loaders.agentsByImage()).has(fullName(row)),
  installed_agents: async (row, _, { loaders, requester, hideAgents }) =>
    hideAgents && !requester.isSuperadmin ? [] : ((await loaders.agentsByImage()).get(fullName(row)) ?? []),
}

const done = (msg: string) => ({ ok: true, msg })
const failed = (msg: string) => ({ ok: false, msg })

export const imageMutations: RootFields = {
  alias_image: async (_, args: { alias: string; architecture?: string | null; target: string }, context) => {
    requireSuperadmin(context)
    const { store } = context.ports
    const alias = args.alias.trim()
    if (!isImageAlias(alias)) return failed(`"${args.alias}" is no name for an alias.`)
    const image = await findImage(store, args.target, args.architecture ?? 'x86_64')
    try {
      await store.tx(async (tx) => {
        await tx.insert(store.tables.imageAliases).values({ id: randomUUID(), alias, image: image.id })
      })
    } catch (error) {
      if (isUniqueViolation(error)) return failed(`The alias "${alias}" is in use.`)
      throw error
    }
    return done('')
  },
  dealias_image: async (_, args: { alias: string }, context) => {
    requireSuperadmin(context)
    const { store } = context.ports
    const { imageAliases } = store.tables
    const gone = await store.tx((tx) =>
      tx.delete(imageAliases).where(eq(imageAliases.alias, args.alias)).returning({ id: imageAliases.id }),
    )
    return gone.length > 0 ? done('') : failed(`There is no alias "${args.alias}".`)
  },
  rescan_images: async (_, args: { registry?: string | null }, context) => {
    requireAdmin(context)
    const { ports, tasks } = context
    try {
      const taskId = await startRescan(ports, tasks, { registry: args.registry ?? null })
      return { ...done('The scan has begun.'), task_id: taskId }
    } catch (error) {
      if (error instanceof RangeError) return failed(error.message)
      throw error
    }
  },
}
