import type { Connection } from '../connection.ts'
import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

/** A resource group; options are JSON texts as the server gives them. */
export interface ScalingGroup {
  name: string
  description: string | null
  is_active: boolean
  is_public: boolean
  created_at: string
  driver: string
  driver_opts: string
  scheduler: string
  scheduler_opts: string
  use_host_network: boolean
  wsproxy_addr: string | null
  wsproxy_api_token: string | null
}

export interface ScalingGroupInput {
  description?: string | undefined
  isActive?: boolean | undefined
  isPublic?: boolean | undefined
  driver?: string | undefined
  driverOpts?: Record<string, unknown> | undefined
  /** `fifo`, `lifo` or `drf`. */
  scheduler?: string | undefined
  schedulerOpts?: Record<string, unknown> | undefined
  useHostNetwork?: boolean | undefined
  wsproxyAddr?: string | null | undefined
  wsproxyApiToken?: string | null | undefined
}

const LIST_FIELDS = [
  'name',
  'description',
  'is_active',
  'is_public',
  'created_at',
  'driver',
  'scheduler',
  'use_host_network',
  'wsproxy_addr',
  'wsproxy_api_token',
] as const satisfies readonly (keyof ScalingGroup)[]
type ListFields = (typeof LIST_FIELDS)[number]

const FIELDS = [...LIST_FIELDS, 'driver_opts', 'scheduler_opts'] as const
type Fields = (typeof FIELDS)[number]

/** Superadmins change them. */
export interface ScalingGroups {
  /** Names of those that the caller may use in a project. */
  available(group: string): Promise<string[]>
  list<K extends keyof ScalingGroup = ListFields>(query?: {
    isActive?: boolean | undefined
    fields?: readonly K[]
  }): Promise<Pick<ScalingGroup, K>[]>
  /** Null when there is none. */
  detail<K extends keyof ScalingGroup = Fields>(
    name: string,
    fields?: readonly K[],
  ): Promise<Pick<ScalingGroup, K> | null>
  create(name: string, input?: ScalingGroupInput): Promise<{ name: string }>
  /** Changes what is given. */
  update(name: string, changes: ScalingGroupInput): Promise<void>
  delete(name: string): Promise<void>
  associateDomain(scalingGroup: string, domain: string): Promise<void>
  dissociateDomain(scalingGroup: string, domain: string): Promise<void>
  dissociateAllDomain(domain: string): Promise<void>
  /** Projects are named by their UUID. */
  associateGroup(scalingGroup: string, groupId: string): Promise<void>
  dissociateGroup(scalingGroup: string, groupId: string): Promise<void>
  dissociateAllGroup(groupId: string): Promise<void>
  associateKeyPair(scalingGroup: string, accessKey: string): Promise<void>
  dissociateKeyPair(scalingGroup: string, accessKey: string): Promise<void>
}

export function createScalingGroups(connection: Connection, graphql: GraphQl): ScalingGroups {
  const named = (name: string) => ({ name: ['String!', name] }) as const
  const ofGroup = (id: string) => ({ user_group: ['UUID!', id] }) as const
  const ofDomain = (domain: string) => ({ domain: ['String!', domain] }) as const

  async function associate(
    root: string,
    scalingGroup: string,
    other: Record<string, readonly [type: string, value: string]>,
  ): Promise<void> {
    await graphql.change({ root, args: { scaling_group: ['String!', scalingGroup], ...other } })
  }

  return {
    async available(group) {
      const query = { group }
      const body = await connection.json<{ scaling_groups: { name: string }[] }>({
        method: 'GET',
        path: ['scaling-groups'],
        query,
      })
      return body.scaling_groups.map(({ name }) => name)
    },
    list: (query = {}) =>
      graphql.read({
        root: 'scaling_groups',
        fields: selection(query.fields ?? LIST_FIELDS),
        args: { is_active: ['Boolean', query.isActive] },
      }),
    detail: (name, fields) =>
      graphql.read({
        root: 'scaling_group',
        fields: selection(fields ?? FIELDS),
        args: { name: ['String', name] },
      }),
    async create(name, input = {}) {
      const props = { ...input, driver: input.driver ?? 'static', scheduler: input.scheduler ?? 'fifo' }
      const made = await graphql.change<{ scaling_group: { name: string } }>({
        root: 'create_scaling_group',
        fields: ['scaling_group { name }'],
        args: { ...named(name), props: ['CreateScalingGroupInput!', wireInput(props)] },
      })
      return made.scaling_group
    },
    async update(name, changes) {
      const props = ['ModifyScalingGroupInput!', wireInput(changes)] as const
      await graphql.change({ root: 'modify_scaling_group', args: { ...named(name), props } })
    },
    async delete(name) {
      await graphql.change({ root: 'delete_scaling_group', args: named(name) })
    },
    associateDomain: (scalingGroup, domain) =>
      associate('associate_scaling_group_with_domain', scalingGroup, ofDomain(domain)),
    dissociateDomain: (scalingGroup, domain) =>
      associate('disassociate_scaling_group_with_domain', scalingGroup, ofDomain(domain)),
    async dissociateAllDomain(domain) {
      await graphql.change({ root: 'disassociate_all_scaling_groups_with_domain', args: ofDomain(domain) })
    },
    associateGroup: (scalingGroup, id) =>
      associate('associate_scaling_group_with_user_group', scalingGroup, ofGroup(id)),
    dissociateGroup: (scalingGroup, id) =>
      associate('disassociate_scaling_group_with_user_group', scalingGroup, ofGroup(id)),
    async dissociateAllGroup(id) {
      await graphql.change({ root: 'disassociate_all_scaling_groups_with_group', args: ofGroup(id) })
    },
    associateKeyPair: (scalingGroup, key) =>
      associate('associate_scaling_group_with_keypair', scalingGroup, { access_key: ['String!', key] }),
    dissociateKeyPair: (scalingGroup, key) =>
      associate('disassociate_scaling_group_with_keypair', scalingGroup, { access_key: ['String!', key] }),
  }
}
