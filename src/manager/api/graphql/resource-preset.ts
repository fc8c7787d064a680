import { asc, eq } from 'drizzle-orm'
import { createPreset, deletePreset, modifyPreset } from '../../services/identity/resource-presets.ts'
import { outcome } from './outcome.ts'
import type { GraphResource } from './resource.ts'
import sdl from './resource-preset.graphql' with { type: 'text' }

export const resourcePreset = {
  sdl,
  queries: {
    resource_preset: async (_, { name }, { ports }) => {
      const { resourcePresets: t } = ports.store.tables
      const [row] = await ports.store.db
        .select()
        .from(t)
        .where(eq(t.name, name ?? ''))
      return row ?? null
    },
    resource_presets: async (_, __, { ports }) => {
      const { resourcePresets: t } = ports.store.tables
      return await ports.store.db.select().from(t).orderBy(asc(t.name))
    },
  },
  mutations: {
    create_resource_preset: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        resource_preset: await createPreset(identity, context.requester, name, props),
      })),
    modify_resource_preset: (_, { name, props }, context) =>
      outcome(context, (identity) => modifyPreset(identity, context.requester, name, props)),
    delete_resource_preset: (_, { name }, context) =>
      outcome(context, (identity) => deletePreset(identity, context.requester, name)),
  },
} satisfies GraphResource
