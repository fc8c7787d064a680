import sdl from './container-registry.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const containerRegistry = { sdl } satisfies GraphResource
