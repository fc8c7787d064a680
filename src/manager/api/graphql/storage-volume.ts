import type { GraphResource } from './resource.ts'
import sdl from './storage-volume.graphql' with { type: 'text' }

export const storageVolume = { sdl } satisfies GraphResource
