import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

/** What the folders of a project may use. */
export interface ProjectResourcePolicy {
  id: string
  name: string
  created_at: string
  /** 0: no limit. */
  max_vfolder_count: number | null
  /** Bytes; -1: no limit. */
  max_quota_scope_size: number | null
}

export interface ProjectResourcePolicyInput {
  maxVfolderCount?: number | undefined
  /** Bytes; -1: no limit. */
  maxQuotaScopeSize?: number | undefined
}

const FIELDS = [
  'name',
  'created_at',
  'max_vfolder_count',
  'max_quota_scope_size',
] as const satisfies readonly (keyof ProjectResourcePolicy)[]
type Fields = (typeof FIELDS)[number]

/** Superadmins change them. */
export interface ProjectResourcePolicies {
  list<K extends keyof ProjectResourcePolicy = Fields>(
    fields?: readonly K[],
  ): Promise<Pick<ProjectResourcePolicy, K>[]>
  /** Null when there is none. */
  detail<K extends keyof ProjectResourcePolicy = Fields>(
    name: string,
    fields?: readonly K[],
  ): Promise<Pick<ProjectResourcePolicy, K> | null>
  create(name: string, input?: ProjectResourcePolicyInput): Promise<{ name: string }>
  /** Changes what is given. */
  update(name: string, changes: ProjectResourcePolicyInput): Promise<void>
  delete(name: string): Promise<void>
}

export function createProjectResourcePolicies(graphql: GraphQl): ProjectResourcePolicies {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  return {
    list: (fields) =>
      graphql.read({ root: 'project_resource_policies', fields: selection(fields ?? FIELDS) }),
    detail: (name, fields) =>
      graphql.read({
        root: 'project_resource_policy',
        fields: selection(fields ?? FIELDS),
        args: { name: ['String!', name] },
      }),
    async create(name, input = {}) {
      const made = await graphql.change<{ resource_policy: { name: string } }>({
        root: 'create_project_resource_policy',
        fields: ['resource_policy { name }'],
        args: { ...named(name), props: ['CreateProjectResourcePolicyInput!', wireInput(input)] },
      })
      return made.resource_policy
    },
    async update(name, changes) {
      const props = ['ModifyProjectResourcePolicyInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_project_resource_policy', args: { ...named(name), props } })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_project_resource_policy', args: named(name) })
    },
  }
}
