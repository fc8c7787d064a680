import type { GraphResource } from './resource.ts'
import sdl from './routing.graphql' with { type: 'text' }

export const routing = { sdl } satisfies GraphResource
