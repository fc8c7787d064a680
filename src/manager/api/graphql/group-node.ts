import sdl from './group-node.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const groupNode = { sdl } satisfies GraphResource
