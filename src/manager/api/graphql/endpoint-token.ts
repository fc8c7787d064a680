import sdl from './endpoint-token.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const endpointToken = { sdl } satisfies GraphResource
