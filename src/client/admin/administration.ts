import type { Connection } from '../connection.ts'
import type { GraphQl } from '../graphql.ts'
import { type AgentWatcher, createAgentWatcher } from './agent-watcher.ts'
import { type Agents, createAgents } from './agents.ts'
import { type AuditLogs, createAuditLogs } from './audit-logs.ts'
import { type ContainerRegistries, createContainerRegistries } from './container-registries.ts'
import { createDomains, type Domains } from './domains.ts'
import { createEtcdConfig, type EtcdConfig } from './etcd-config.ts'
import { createGroups, type Groups } from './groups.ts'
import { createImages, type Images } from './images.ts'
import { createKeyPairResourcePolicies, type KeyPairResourcePolicies } from './key-pair-resource-policies.ts'
import { createKeyPairs, type KeyPairs } from './key-pairs.ts'
import { type License, readLicense } from './license.ts'
import { createManagerControl, type ManagerControl } from './manager.ts'
import { createProjectResourcePolicies, type ProjectResourcePolicies } from './project-resource-policies.ts'
import { createQuotaScopes, type QuotaScopes } from './quota-scopes.ts'
import { createResourcePresets, type ResourcePresets } from './resource-presets.ts'
import { createScalingGroups, type ScalingGroups } from './scaling-groups.ts'
import { createStorageHosts, type StorageHosts } from './storage-hosts.ts'
import { createStorageVolumes, type StorageVolumes } from './storage-volumes.ts'
import { createUsage, type Usage } from './usage.ts'
import { createUserResourcePolicies, type UserResourcePolicies } from './user-resource-policies.ts'
import { createUsers, type Users } from './users.ts'

/** What administrators work with. */
export interface Administration {
  readonly agents: Agents
  readonly agentWatcher: AgentWatcher
  readonly auditLogs: AuditLogs
  readonly containerRegistries: ContainerRegistries
  readonly domains: Domains
  readonly etcdConfig: EtcdConfig
  readonly groups: Groups
  readonly images: Images
  readonly keyPairs: KeyPairs
  readonly keyPairResourcePolicies: KeyPairResourcePolicies
  readonly manager: ManagerControl
  readonly projectResourcePolicies: ProjectResourcePolicies
  readonly quotaScopes: QuotaScopes
  readonly resourcePresets: ResourcePresets
  readonly scalingGroups: ScalingGroups
  readonly storageHosts: StorageHosts
  readonly storageVolumes: StorageVolumes
  readonly usage: Usage
  readonly userResourcePolicies: UserResourcePolicies
  readonly users: Users
  license(): Promise<License>
}

export const createAdministration = (connection: Connection, graphql: GraphQl): Administration => ({
  agents: createAgents(graphql),
  agentWatcher: createAgentWatcher(connection),
  auditLogs: createAuditLogs(connection),
  containerRegistries: createContainerRegistries(graphql),
  domains: createDomains(graphql),
  etcdConfig: createEtcdConfig(connection),
  groups: createGroups(graphql),
  images: createImages(connection, graphql),
  keyPairs: createKeyPairs(graphql),
  keyPairResourcePolicies: createKeyPairResourcePolicies(graphql),
  manager: createManagerControl(connection),
  projectResourcePolicies: createProjectResourcePolicies(graphql),
  quotaScopes: createQuotaScopes(graphql),
  resourcePresets: createResourcePresets(graphql),
  scalingGroups: createScalingGroups(connection, graphql),
  storageHosts: createStorageHosts(connection),
  storageVolumes: createStorageVolumes(graphql),
  usage: createUsage(connection),
  userResourcePolicies: createUserResourcePolicies(graphql),
  users: createUsers(graphql),
  license: () => readLicense(connection),
})
