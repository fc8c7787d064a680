import type { GraphResource } from './resource.ts'
import sdl from './user-node.graphql' with { type: 'text' }

export const userNode = { sdl } satisfies GraphResource
