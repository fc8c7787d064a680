import sdl from './endpoint.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const endpoint = { sdl } satisfies GraphResource
