import sdl from './project-resource-policy.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const projectResourcePolicy = { sdl } satisfies GraphResource
