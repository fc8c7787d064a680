import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { isImageAlias } from '../../../core/image-ref.ts'
import { isUniqueViolation } from '../../../db/errors.ts'
import { startRescan } from '../../services/registry/rescan.ts'
import { findImage } from '../../services/sessions/find-image.ts'
import { requireAdmin, requireSuperadmin } from './access.ts'
import sdl from './image-changes.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

const done = (msg: string) => ({ ok: true, msg })
const failed = (msg: string) => ({ ok: false, msg })

export const imageChanges = {
  sdl,
  mutations: {
    alias_image: async (
      _,
      args: { alias: string; architecture?: string | null; target: string },
      context,
    ) => {
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
  },
} satisfies GraphResource
