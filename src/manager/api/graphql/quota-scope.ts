import sdl from './quota-scope.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const quotaScope = { sdl } satisfies GraphResource
