import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

/** What the folders of a user may use. */
export interface UserResourcePolicy {
  id: string
  name: string
  created_at: string
  /** 0: no limit. */
  max_vfolder_count: number | null
  /** Bytes; -1: no limit. */
  max_quota_scope_size: number | null
  max_session_count_per_model_session: number | null
}

export interface UserResourcePolicyInput {
  maxVfolderCount?: number | undefined
  /** Bytes; -1: no limit. */
  maxQuotaScopeSize?: number | undefined
}

const FIELDS = [
  'name',
  'created_at',
  'max_vfolder_count',
  'max_quota_scope_size',
] as const satisfies readonly (keyof UserResourcePolicy)[]
type Fields = (typeof FIELDS)[number]

/** Superadmins change them. */
export interface UserResourcePolicies {
  list<K extends keyof UserResourcePolicy = Fields>(
    fields?: readonly K[],
  ): Promise<Pick<UserResourcePolicy, K>[]>
  /** Of the caller by default; null when there is none. */
  detail<K extends keyof UserResourcePolicy = Fields>(
    name?: string,
    fields?: readonly K[],
  ): Promise<Pick<UserResourcePolicy, K> | null>
  create(name: string, input?: UserResourcePolicyInput): Promise<{ name: string }>
  /** Changes what is given. */
  update(name: string, changes: UserResourcePolicyInput): Promise<void>
  delete(name: string): Promise<void>
}

export function createUserResourcePolicies(graphql: GraphQl): UserResourcePolicies {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  return {
    list: (fields) => graphql.read({ root: 'user_resource_policies', fields: selection(fields ?? FIELDS) }),
    detail: (name, fields) =>
      graphql.read({
        root: 'user_resource_policy',
        fields: selection(fields ?? FIELDS),
        args: { name: ['String', name] },
      }),
    async create(name, input = {}) {
      const made = await graphql.change<{ resource_policy: { name: string } }>({
        root: 'create_user_resource_policy',
        fields: ['resource_policy { name }'],
        args: { ...named(name), props: ['CreateUserResourcePolicyInput!', wireInput(input)] },
      })
      return made.resource_policy
    },
    async update(name, changes) {
      const props = ['ModifyUserResourcePolicyInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_user_resource_policy', args: { ...named(name), props } })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_user_resource_policy', args: named(name) })
    },
  }
}
