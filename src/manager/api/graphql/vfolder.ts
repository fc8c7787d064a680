import { groupById, userById } from './loaders.ts'
import type { GraphResource } from './resource.ts'
import sdl from './vfolder.graphql' with { type: 'text' }

export const vfolder = {
  sdl,
  types: {
    VirtualFolder: {
      user_email: async (row, _, context) =>
        row.user === null ? null : ((await userById(context, row.user))?.email ?? null),
      group_name: async (row, _, context) =>
        row.group === null ? null : ((await groupById(context, row.group))?.name ?? null),
    },
  },
} satisfies GraphResource
