import type { GraphResource } from './resource.ts'
import sdl from './scaling-group-association.graphql' with { type: 'text' }

export const scalingGroupAssociation = { sdl } satisfies GraphResource
