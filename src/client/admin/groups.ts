import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { type HostPermissions, type Slots, wireInput } from './wire-input.ts'

/** A project (user group); slots and hosts are JSON texts as the server gives them. */
export interface Group {
  id: string
  name: string
  description: string | null
  is_active: boolean
  created_at: string
  modified_at: string
  domain_name: string
  total_resource_slots: string
  allowed_vfolder_hosts: string
  integration_id: string | null
  resource_policy: string
  scaling_groups: string[]
}

export interface GroupInput {
  description?: string | undefined
  isActive?: boolean | undefined
  totalResourceSlots?: Slots | undefined
  allowedVfolderHosts?: HostPermissions | undefined
  integrationId?: string | null | undefined
  resourcePolicy?: string | undefined
}

const LIST_FIELDS = [
  'id',
  'name',
  'domain_name',
  'is_active',
  'created_at',
  'integration_id',
] as const satisfies readonly (keyof Group)[]
type ListFields = (typeof LIST_FIELDS)[number]

const FIELDS = [
  'id',
  'name',
  'description',
  'is_active',
  'created_at',
  'domain_name',
  'total_resource_slots',
  'allowed_vfolder_hosts',
  'integration_id',
  'resource_policy',
] as const satisfies readonly (keyof Group)[]
type Fields = (typeof FIELDS)[number]

/** Projects; administrators of their domain change them. Ids are UUIDs. */
export interface Groups {
  list<K extends keyof Group = ListFields>(query?: {
    domainName?: string | undefined
    isActive?: boolean | undefined
    fields?: readonly K[]
  }): Promise<Pick<Group, K>[]>
  /** Null when there is none, or it is not visible. */
  detail<K extends keyof Group = Fields>(id: string, fields?: readonly K[]): Promise<Pick<Group, K> | null>
  /** Several domains may have one of this name. */
  byName<K extends keyof Group = Fields>(
    name: string,
    query?: { domainName?: string | undefined; fields?: readonly K[] },
  ): Promise<Pick<Group, K>[]>
  create(
    domainName: string,
    name: string,
    input?: GroupInput,
  ): Promise<Pick<Group, 'id' | 'domain_name' | 'name'>>
  /** Changes what is given. */
  update(id: string, changes: GroupInput & { name?: string | undefined }): Promise<void>
  addUsers(id: string, userIds: readonly string[]): Promise<void>
  removeUsers(id: string, userIds: readonly string[]): Promise<void>
  /** Makes it inactive. */
  delete(id: string): Promise<void>
  /** Removes it with its folders and sessions. */
  purge(id: string): Promise<void>
}

export function createGroups(graphql: GraphQl): Groups {
  const ofId = (id: string) => ({ gid: ['UUID!', id] }) as const

  async function modify(id: string, props: object): Promise<void> {
    const args = { ...ofId(id), props: ['ModifyGroupInput!', wireInput(props)] } as const
    await graphql.change({ root: 'modify_group', args })
  }

  return {
    list: (query = {}) =>
      graphql.read({
        root: 'groups',
        fields: selection(query.fields ?? LIST_FIELDS),
        args: { domain_name: ['String', query.domainName], is_active: ['Boolean', query.isActive] },
      }),
    detail: (id, fields) =>
      graphql.read({ root: 'group', fields: selection(fields ?? FIELDS), args: { id: ['UUID!', id] } }),
    byName: (name, query = {}) =>
      graphql.read({
        root: 'groups_by_name',
        fields: selection(query.fields ?? FIELDS),
        args: { name: ['String!', name], domain_name: ['String', query.domainName] },
      }),
    async create(domainName, name, input = {}) {
      const { group } = await graphql.change<{ group: Pick<Group, 'id' | 'domain_name' | 'name'> }>({
        root: 'create_group',
        fields: ['group { id domain_name name }'],
        args: { name: ['String!', name], props: ['GroupInput!', wireInput({ ...input, domainName })] },
      })
      return group
    },
    update: modify,
    addUsers: (id, userUuids) => modify(id, { userUpdateMode: 'add', userUuids }),
    removeUsers: (id, userUuids) => modify(id, { userUpdateMode: 'remove', userUuids }),
    async delete(id) {
      await graphql.change({ root: 'delete_group', args: ofId(id) })
    },
    async purge(id) {
      await graphql.change({ root: 'purge_group', args: ofId(id) })
    },
  }
}
