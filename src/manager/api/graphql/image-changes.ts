import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { isImageAlias } from '../../../core/image-ref.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import { isUniqueViolation } from '../../../db/errors.ts'
import { startPreload, startUnload } from '../../services/images/agent-images.ts'
import { forgetImage, forgetWhere } from '../../services/images/forget-images.ts'
import { modifyImage } from '../../services/images/modify-image.ts'
import { untagImage } from '../../services/images/untag-image.ts'
import { startRescan } from '../../services/registry/rescan.ts'
import type { ImageRow } from '../../services/rows.ts'
import { findImage } from '../../services/sessions/find-image.ts'
import { requireAdmin, requireSuperadmin } from './access.ts'
import type { GraphContext } from './context.ts'
import { imageById, plainImageId } from './image.ts'
import sdl from './image-changes.graphql' with { type: 'text' }
import { kindOfImage, ownImages, usableImages } from './image-visibility.ts'
import { outcome } from './outcome.ts'
import type { GraphResource } from './resource.ts'

const done = (msg: string) => ({ ok: true, msg })
const failed = (msg: string) => ({ ok: false, msg })

/** Superadmins forget any image, others those that they made. @throws Problem */
async function forgettable(context: GraphContext, image: ImageRow): Promise<ImageRow> {
  if (context.requester.isSuperadmin) return image
  if (kindOfImage(image) === 'customized' && (await ownImages(context))(image)) return image
  if (!(await usableImages(context))(image)) throw notFound('environment image')
  throw new Problem('generic-forbidden', { msg: 'You may forget images that you made, and no others.' })
}

async function imageOfId(context: GraphContext, id: string): Promise<ImageRow> {
  const image = await imageById(context, plainImageId(id))
  if (!image) throw notFound('environment image', `There is no image "${id}".`)
  return await forgettable(context, image)
}

export const imageChanges = {
  sdl,
  mutations: {
    alias_image: async (_, args, context) => {
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
    dealias_image: async (_, args, context) => {
      requireSuperadmin(context)
      const { store } = context.ports
      const { imageAliases } = store.tables
      const gone = await store.tx((tx) =>
        tx.delete(imageAliases).where(eq(imageAliases.alias, args.alias)).returning({ id: imageAliases.id }),
      )
      return gone.length > 0 ? done('') : failed(`There is no alias "${args.alias}".`)
    },
    rescan_images: async (_, args, context) => {
      requireAdmin(context)
      const { ports, tasks } = context
      try {
        const taskId = await startRescan(ports, tasks, {
          registry: args.registry ?? null,
          starter: context.requester,
        })
        return { ...done('The scan has begun.'), task_id: taskId }
      } catch (error) {
        if (error instanceof RangeError) return failed(error.message)
        throw error
      }
    },
    preload_image: (_, args, context) => {
      requireSuperadmin(context)
      const { ports, tasks } = context
      const what = { references: args.references, targets: args.target_agents }
      return outcome(context, async () => ({ task_id: await startPreload(ports, tasks, what) }))
    },
    unload_image: (_, args, context) => {
      requireSuperadmin(context)
      const { ports, tasks } = context
      const what = { references: args.references, targets: args.target_agents }
      return outcome(context, async () => ({ task_id: await startUnload(ports, tasks, what) }))
    },
    modify_image: (_, { target, architecture, props }, context) => {
      requireSuperadmin(context)
      return outcome(context, async () => {
        const image = await findImage(context.ports.store, target, architecture ?? 'x86_64')
        await modifyImage(context.ports, image, props)
      })
    },
    forget_image: async (_, { reference, architecture }, context) => {
      const { store } = context.ports
      const image = await forgettable(context, await findImage(store, reference, architecture ?? 'x86_64'))
      return await outcome(context, async () => {
        await forgetImage(store, image)
        return { image }
      })
    },
    forget_image_by_id: async (_, { image_id: id }, context) => {
      const image = await imageOfId(context, id)
      return await outcome(context, async () => {
        await forgetImage(context.ports.store, image)
        return { image }
      })
    },
    untag_image_from_registry: async (_, { image_id: id }, context) => {
      const image = await imageOfId(context, id)
      return await outcome(context, async () => {
        await untagImage(context.ports, image)
        return { image }
      })
    },
    clear_images: (_, { registry }, context) => {
      requireSuperadmin(context)
      const { store } = context.ports
      return outcome(context, async () => {
        await forgetWhere(store, registry ? eq(store.tables.images.registry, registry) : undefined)
      })
    },
  },
} satisfies GraphResource
