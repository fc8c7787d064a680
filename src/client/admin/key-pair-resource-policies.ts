import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { type HostPermissions, type Slots, wireInput } from './wire-input.ts'

/** What the sessions of a key pair may use; slots and hosts are JSON texts as the server gives them. */
export interface KeyPairResourcePolicy {
  name: string
  created_at: string
  /** Of slots without a limit: `LIMITED` (none of them) or `UNLIMITED`. */
  default_for_unspecified: string
  total_resource_slots: string
  /** Seconds; 0: no limit. */
  max_session_lifetime: number
  max_concurrent_sessions: number
  max_containers_per_session: number
  /** Seconds; 0: never. */
  idle_timeout: number
  allowed_vfolder_hosts: string
  max_vfolder_count: number | null
  max_vfolder_size: number | null
  max_quota_scope_size: number | null
}

export interface KeyPairResourcePolicyInput {
  defaultForUnspecified?: 'LIMITED' | 'UNLIMITED' | undefined
  totalResourceSlots?: Slots | undefined
  maxSessionLifetime?: number | undefined
  maxConcurrentSessions?: number | undefined
  maxConcurrentSftpSessions?: number | undefined
  maxContainersPerSession?: number | undefined
  idleTimeout?: number | undefined
  allowedVfolderHosts?: HostPermissions | undefined
  maxVfolderCount?: number | undefined
  maxVfolderSize?: number | undefined
}

const FIELDS = [
  'name',
  'created_at',
  'default_for_unspecified',
  'total_resource_slots',
  'max_session_lifetime',
  'max_concurrent_sessions',
  'max_containers_per_session',
  'idle_timeout',
  'allowed_vfolder_hosts',
  'max_vfolder_count',
  'max_vfolder_size',
] as const satisfies readonly (keyof KeyPairResourcePolicy)[]
type Fields = (typeof FIELDS)[number]

/** Superadmins change them. */
export interface KeyPairResourcePolicies {
  list<K extends keyof KeyPairResourcePolicy = Fields>(
    fields?: readonly K[],
  ): Promise<Pick<KeyPairResourcePolicy, K>[]>
  /** Of the key pair that signs by default; null when there is none. */
  detail<K extends keyof KeyPairResourcePolicy = Fields>(
    name?: string,
    fields?: readonly K[],
  ): Promise<Pick<KeyPairResourcePolicy, K> | null>
  create(name: string, input?: KeyPairResourcePolicyInput): Promise<{ name: string }>
  /** Changes what is given. */
  update(name: string, changes: KeyPairResourcePolicyInput): Promise<void>
  delete(name: string): Promise<void>
}

export function createKeyPairResourcePolicies(graphql: GraphQl): KeyPairResourcePolicies {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  return {
    list: (fields) =>
      graphql.read({ root: 'keypair_resource_policies', fields: selection(fields ?? FIELDS) }),
    detail: (name, fields) =>
      graphql.read({
        root: 'keypair_resource_policy',
        fields: selection(fields ?? FIELDS),
        args: { name: ['String', name] },
      }),
    async create(name, input = {}) {
      const props = wireInput({
        ...input,
        defaultForUnspecified: input.defaultForUnspecified ?? 'UNLIMITED',
        maxConcurrentSessions: input.maxConcurrentSessions ?? 30,
        maxConcurrentSftpSessions: input.maxConcurrentSftpSessions ?? 30,
        maxContainersPerSession: input.maxContainersPerSession ?? 1,
        idleTimeout: input.idleTimeout ?? 1800,
      })
      const made = await graphql.change<{ resource_policy: { name: string } }>({
        root: 'create_keypair_resource_policy',
        fields: ['resource_policy { name }'],
        args: { ...named(name), props: ['CreateKeyPairResourcePolicyInput!', props] },
      })
      return made.resource_policy
    },
    async update(name, changes) {
      const props = ['ModifyKeyPairResourcePolicyInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_keypair_resource_policy', args: { ...named(name), props } })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_keypair_resource_policy', args: named(name) })
    },
  }
}
