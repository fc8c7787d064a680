import sdl from './domain.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const domain = { sdl } satisfies GraphResource
