import type { GraphResource } from './resource.ts'
import sdl from './user-resource-policy.graphql' with { type: 'text' }

export const userResourcePolicy = { sdl } satisfies GraphResource
