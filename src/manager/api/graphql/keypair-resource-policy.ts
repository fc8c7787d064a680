import sdl from './keypair-resource-policy.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

export const keypairResourcePolicy = { sdl } satisfies GraphResource
