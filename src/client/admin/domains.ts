import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { type HostPermissions, type Slots, wireInput } from './wire-input.ts'

/** A domain; slots and hosts are JSON texts as the server gives them. */
export interface Domain {
  name: string
  description: string | null
  is_active: boolean
  created_at: string
  modified_at: string
  total_resource_slots: string
  allowed_vfolder_hosts: string
  allowed_docker_registries: string[]
  integration_id: string | null
  scaling_groups: string[]
}

export interface DomainInput {
  description?: string | undefined
  isActive?: boolean | undefined
  totalResourceSlots?: Slots | undefined
  allowedVfolderHosts?: HostPermissions | undefined
  allowedDockerRegistries?: readonly string[] | undefined
  integrationId?: string | null | undefined
}

const FIELDS = [
  'name',
  'description',
  'is_active',
  'created_at',
  'total_resource_slots',
  'allowed_vfolder_hosts',
  'allowed_docker_registries',
  'integration_id',
] as const satisfies readonly (keyof Domain)[]
type Fields = (typeof FIELDS)[number]

/** Domains; superadmins change them. */
export interface Domains {
  list<K extends keyof Domain = Fields>(query?: {
    isActive?: boolean | undefined
    fields?: readonly K[]
  }): Promise<Pick<Domain, K>[]>
  /** The caller's own by default; null when there is none, or it is not visible. */
  detail<K extends keyof Domain = Fields>(
    name?: string,
    fields?: readonly K[],
  ): Promise<Pick<Domain, K> | null>
  create(name: string, input?: DomainInput): Promise<{ name: string }>
  /** Changes what is given; `name` renames. */
  update(name: string, changes: DomainInput & { name?: string | undefined }): Promise<void>
  /** Makes it inactive. */
  delete(name: string): Promise<void>
  /** Removes it, which must have neither users nor projects. */
  purge(name: string): Promise<void>
}

export function createDomains(graphql: GraphQl): Domains {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  return {
    list: (query = {}) =>
      graphql.read({
        root: 'domains',
        fields: selection(query.fields ?? FIELDS),
        args: { is_active: ['Boolean', query.isActive] },
      }),
    detail: (name, fields) =>
      graphql.read({ root: 'domain', fields: selection(fields ?? FIELDS), args: { name: ['String', name] } }),
    async create(name, input = {}) {
      const { domain } = await graphql.change<{ domain: { name: string } }>({
        root: 'create_domain',
        fields: ['domain { name }'],
        args: { ...named(name), props: ['DomainInput!', wireInput(input)] },
      })
      return domain
    },
    async update(name, changes) {
      const args = { ...named(name), props: ['ModifyDomainInput!', wireInput(changes)] } as const
      await graphql.change({ root: 'modify_domain', args })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_domain', args: named(name) })
    },
    async purge(name) {
      await graphql.change({ root: 'purge_domain', args: named(name) })
    },
  }
}
