import type { Live } from '../routes/live.ts'
import { FOREIGN, type World } from './world.ts'

const text = (value: unknown): string => JSON.stringify(value)
/** A JSONString as GraphQL writes it. */
const slots = (value: object): string => text(JSON.stringify(value))

/** Mutations before the queries: they leave data behind. Name, arguments. */
export function firstMutations(live: Live, world: World): [name: string, args: string][] {
  const { member, friend, group, admin } = live
  const registry = 'hostname: "registry.example.org"'
  const quota = `storage_host_name: ${text(world.host)}, quota_scope_id: ${text(`user:${world.admin}`)}`
  return [
    [
      'create_domain',
      `name: "spare", props: { description: "d", integration_id: "i", allowed_docker_registries: ["local"] }`,
    ],
    ['modify_domain', 'name: "default", props: { description: "d", integration_id: "i" }'],
    [
      'create_group',
      `name: "spare", props: { domain_name: "default", description: "d", integration_id: "i", container_registry: ${slots({ registry: 'registry.example.org', project: 'p' })} }`,
    ],
    [
      'modify_group',
      `gid: ${text(group)}, props: { description: "d", integration_id: "i", container_registry: ${slots({ registry: 'registry.example.org', project: 'p' })} }`,
    ],
    [
      'create_user',
      'email: "spare@example.org", props: { username: "spare", password: "a-fine-pass-word-1", need_password_change: false, domain_name: "default" }',
    ],
    [
      'modify_user',
      `email: ${text(friend.email)}, props: { description: "d", full_name: "F", allowed_client_ip: ["127.0.0.1"], need_password_change: false }`,
    ],
    [
      'create_keypair',
      `user_id: ${text(member.email)}, props: { is_active: true, is_admin: false, resource_policy: "default", rate_limit: 100, concurrency_limit: 1 }`,
    ],
    [
      'create_keypair_resource_policy',
      `name: "seen", props: { default_for_unspecified: "UNLIMITED", total_resource_slots: "{}", max_session_lifetime: 0, max_concurrent_sessions: 3, max_concurrent_sftp_sessions: 2, max_containers_per_session: 1, idle_timeout: 60, allowed_vfolder_hosts: "{}", max_vfolder_count: 1, max_vfolder_size: 1, max_quota_scope_size: 1, max_pending_session_count: 3, max_pending_session_resource_slots: ${slots({ cpu: '1' })} }`,
    ],
    ['modify_keypair_resource_policy', 'name: "seen", props: { max_concurrent_sessions: 4 }'],
    [
      'create_user_resource_policy',
      'name: "seen", props: { max_vfolder_count: 1, max_quota_scope_size: 1, max_session_count_per_model_session: 1, max_customized_image_count: 1 }',
    ],
    ['modify_user_resource_policy', 'name: "seen", props: { max_vfolder_count: 2 }'],
    [
      'create_project_resource_policy',
      'name: "seen", props: { max_vfolder_count: 1, max_quota_scope_size: 1 }',
    ],
    ['modify_project_resource_policy', 'name: "seen", props: { max_vfolder_count: 2 }'],
    [
      'create_resource_preset',
      `name: "seen", props: { resource_slots: ${slots({ cpu: '1', mem: '1g' })}, shared_memory: "64m" }`,
    ],
    ['modify_resource_preset', 'name: "seen", props: { shared_memory: "128m" }'],
    [
      'create_scaling_group',
      'name: "spare", props: { driver: "static", scheduler: "fifo", description: "d" }',
    ],
    [
      'modify_scaling_group',
      'name: "default", props: { description: "d", wsproxy_addr: "http://127.0.0.1:1", wsproxy_api_token: "t" }',
    ],
    ['associate_scaling_group_with_domain', 'domain: "spare", scaling_group: "spare"'],
    ['associate_scaling_group_with_user_group', `user_group: ${text(group)}, scaling_group: "spare"`],
    ['associate_scaling_group_with_keypair', `access_key: ${text(admin.accessKey)}, scaling_group: "spare"`],
    [
      'create_container_registry',
      `${registry}, props: { url: ${text(world.registry)}, type: "harbor2", project: ["p"], username: "u", password: "p", ssl_verify: true }`,
    ],
    ['modify_container_registry', `${registry}, props: { username: "v" }`],
    ['alias_image', `alias: "py", target: ${text(world.image)}`],
    [
      'modify_image',
      `target: ${text(world.image)}, props: { supported_accelerators: ["cuda"], labels: [{ key: "a", value: "b" }], resource_limits: [{ key: "cpu", min: "1", max: "4" }] }`,
    ],
    ['set_quota_scope', `${quota}, props: { hard_limit_bytes: 1000000000 }`],
    ['modify_agent', `id: ${text(world.agent)}, props: { schedulable: true }`],
    ['rescan_images', ''],
    ['preload_image', `references: [${text(world.image)}], target_agents: [${text(world.agent)}]`],
  ]
}

/** Mutations after the queries: they take away. */
export function lastMutations(
  live: Live,
  world: World,
  found: { spareGroup: string; spareKey: string },
): [name: string, args: string][] {
  const { group, admin } = live
  const all = 'scaling_groups: ["spare"]'
  const key = `access_key: ${text(admin.accessKey)}`
  const project = `user_group: ${text(group)}`
  return [
    ['disassociate_scaling_group_with_domain', 'domain: "spare", scaling_group: "spare"'],
    ['disassociate_scaling_group_with_user_group', `${project}, scaling_group: "spare"`],
    ['disassociate_scaling_group_with_keypair', `${key}, scaling_group: "spare"`],
    ['associate_scaling_groups_with_domain', `domain: "spare", ${all}`],
    ['associate_scaling_groups_with_user_group', `${project}, ${all}`],
    ['associate_scaling_groups_with_keypair', `${key}, ${all}`],
    ['disassociate_scaling_groups_with_domain', `domain: "spare", ${all}`],
    ['disassociate_scaling_groups_with_user_group', `${project}, ${all}`],
    ['disassociate_scaling_groups_with_keypair', `${key}, ${all}`],
    ['disassociate_all_scaling_groups_with_domain', 'domain: "spare"'],
    ['disassociate_all_scaling_groups_with_group', `user_group: ${text(found.spareGroup)}`],
    ['delete_scaling_group', 'name: "spare"'],
    ['modify_keypair', `access_key: ${text(found.spareKey)}, props: { rate_limit: 200 }`],
    ['delete_keypair', `access_key: ${text(found.spareKey)}`],
    ['delete_user', 'email: "spare@example.org"'],
    ['purge_user', 'email: "spare@example.org", props: { purge_shared_vfolders: false }'],
    ['delete_group', `gid: ${text(found.spareGroup)}`],
    ['purge_group', `gid: ${text(found.spareGroup)}`],
    ['delete_domain', 'name: "spare"'],
    ['purge_domain', 'name: "spare"'],
    ['delete_keypair_resource_policy', 'name: "seen"'],
    ['delete_user_resource_policy', 'name: "seen"'],
    ['delete_project_resource_policy', 'name: "seen"'],
    ['delete_resource_preset', 'name: "seen"'],
    [
      'unset_quota_scope',
      `storage_host_name: ${text(world.host)}, quota_scope_id: ${text(`user:${world.admin}`)}`,
    ],
    ['untag_image_from_registry', `image_id: ${text(FOREIGN[0]?.id)}`],
    ['forget_image_by_id', `image_id: ${text(FOREIGN[1]?.id)}`],
    ['delete_container_registry', 'hostname: "registry.example.org"'],
    ['dealias_image', 'alias: "py"'],
    ['unload_image', `references: [${text(world.image)}], target_agents: [${text(world.agent)}]`],
    ['forget_image', `reference: ${text(world.image)}`],
    ['clear_images', 'registry: "local"'],
  ]
}
