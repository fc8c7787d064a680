import sdl from './legacy-session.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const legacySession = { sdl } satisfies GraphResource
