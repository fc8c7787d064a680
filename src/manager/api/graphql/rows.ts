import type { Tables } from '../../../db/tables/index.ts'
import type { AgentRow, ImageRow, ScalingGroupRow, SessionRow } from '../../services/rows.ts'
import type { StorageHost } from '../../storage/storage-hosts.ts'
import type { KernelBrief } from './loaders.ts'
import type { Objects } from './types.generated.ts'

type Row<Name extends keyof Tables> = Tables[Name]['$inferSelect']
export type UserRow = Row<'users'>
export type GroupRow = Row<'groups'>
export type KeypairRow = Row<'keypairs'>
export type EndpointRow = Row<'endpoints'>
export type RoutingRow = Row<'routings'>
export type FolderRow = Row<'vfolders'>

/** What the resolvers of a type's fields get; a type that is not here is a plain object of its fields. */
interface Rows {
  Agent: AgentRow
  AgentSummary: AgentRow
  ComputeContainer: KernelBrief
  ComputeSession: SessionRow
  Domain: Row<'domains'>
  Group: GroupRow
  GroupNode: GroupRow
  Image: ImageRow
  ImageNode: ImageRow
  KeyPair: KeypairRow
  KeyPairResourcePolicy: Row<'keypairResourcePolicies'>
  LegacyComputeSession: SessionRow
  ProjectResourcePolicy: Row<'projectResourcePolicies'>
  ResourcePreset: Row<'resourcePresets'>
  /** What the storage proxy is asked for only when it is selected is missing. */
  QuotaScope: Omit<Objects['QuotaScope'], 'details'>
  ScalingGroup: ScalingGroupRow
  StorageVolume: StorageHost
  User: UserRow
  UserNode: UserRow
  UserResourcePolicy: Row<'userResourcePolicies'>
  Endpoint: EndpointRow
  EndpointToken: Row<'endpointTokens'> & { readonly endpointId: string }
  Routing: RoutingRow
  VirtualFolder: FolderRow
  VirtualFolderPermission: Row<'vfolderPermissions'>
  VirtualFolderNode: FolderRow
  /** A row of any type that `node` can answer, with the name of the type. */
  ModelCard: FolderRow
  Node: { readonly __typename: string }
}

/** The row behind a type of the schema. */
export type RowOf<Name extends keyof Objects | keyof Rows> = Name extends keyof Rows
  ? Rows[Name]
  : Name extends keyof Objects
    ? Objects[Name]
    : never
