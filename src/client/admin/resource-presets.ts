import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { type Slots, wireInput } from './wire-input.ts'

/** A named bundle of resources; slots are a JSON text as the server gives them. */
export interface ResourcePresetItem {
  name: string
  resource_slots: string
  /** Bytes. */
  shared_memory: number | null
}

export interface ResourcePresetInput {
  resourceSlots?: Slots | undefined
  /** `64m` */
  sharedMemory?: string | null | undefined
}

const FIELDS = [
  'name',
  'resource_slots',
  'shared_memory',
] as const satisfies readonly (keyof ResourcePresetItem)[]

/** Superadmins change them; what fits now is told by `resources.checkPresets`. */
export interface ResourcePresets {
  list(): Promise<ResourcePresetItem[]>
  /** Null when there is none. */
  detail(name: string): Promise<ResourcePresetItem | null>
  create(name: string, input: ResourcePresetInput & { resourceSlots: Slots }): Promise<{ name: string }>
  /** Changes what is given. */
  update(name: string, changes: ResourcePresetInput): Promise<void>
  delete(name: string): Promise<void>
}

export function createResourcePresets(graphql: GraphQl): ResourcePresets {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  return {
    list: () => graphql.read({ root: 'resource_presets', fields: selection(FIELDS) }),
    detail: (name) =>
      graphql.read({ root: 'resource_preset', fields: selection(FIELDS), args: { name: ['String', name] } }),
    async create(name, input) {
      const made = await graphql.change<{ resource_preset: { name: string } }>({
        root: 'create_resource_preset',
        fields: ['resource_preset { name }'],
        args: { ...named(name), props: ['CreateResourcePresetInput!', wireInput(input)] },
      })
      return made.resource_preset
    },
    async update(name, changes) {
      const props = ['ModifyResourcePresetInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_resource_preset', args: { ...named(name), props } })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_resource_preset', args: named(name) })
    },
  }
}
