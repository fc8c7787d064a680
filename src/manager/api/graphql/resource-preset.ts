import type { GraphResource } from './resource.ts'
import sdl from './resource-preset.graphql' with { type: 'text' }

export const resourcePreset = { sdl } satisfies GraphResource
