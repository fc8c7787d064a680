import sdl from './model-card.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const modelCard = { sdl } satisfies GraphResource
