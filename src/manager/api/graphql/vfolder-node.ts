import type { GraphResource } from './resource.ts'
import sdl from './vfolder-node.graphql' with { type: 'text' }

export const vfolderNode = { sdl } satisfies GraphResource
