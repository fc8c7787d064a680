import type { GraphResource } from './resource.ts'
import sdl from './scaling-group.graphql' with { type: 'text' }

export const scalingGroup = { sdl } satisfies GraphResource
