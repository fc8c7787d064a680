import type { SlotsJson } from '../../core/slots.ts'
import type { Kit } from '../kit.ts'

export type AgentStatus = 'ALIVE' | 'LOST' | 'RESTARTING' | 'TERMINATED'
export interface ResourceRange {
  min: string
  max: string | null
}

/** Resource groups, agents, images and presets (domain-model.md §1.6–1.8). */
export function resourceTables(k: Kit) {
  const scalingGroups = k.table('scaling_groups', {
    name: k.text('name').primaryKey(),
    description: k.text('description'),
    isActive: k.bool('is_active').notNull().default(true),
    isPublic: k.bool('is_public').notNull().default(true),
    createdAt: k.time('created_at').notNull(),
    wsproxyAddr: k.text('wsproxy_addr'),
    wsproxyApiToken: k.text('wsproxy_api_token'),
    driver: k.text('driver').notNull().default('static'),
    driverOpts: k.json<Record<string, unknown>>('driver_opts').notNull(),
    scheduler: k.text('scheduler').notNull().default('fifo'),
    schedulerOpts: k.json<Record<string, unknown>>('scheduler_opts').notNull(),
    useHostNetwork: k.bool('use_host_network').notNull().default(false),
  })

  const scalingGroupDomains = k.table(
    'sgroups_for_domains',
    {
      id: k.uuid('id').primaryKey(),
      scalingGroup: k.text('scaling_group').notNull(),
      domain: k.text('domain').notNull(),
    },
    (t) => [k.uniqueIndex('uq_sgroup_domain').on(t.scalingGroup, t.domain)],
  )

  const scalingGroupGroups = k.table(
    'sgroups_for_groups',
    {
      id: k.uuid('id').primaryKey(),
      scalingGroup: k.text('scaling_group').notNull(),
      group: k.uuid('group').notNull(),
    },
    (t) => [k.uniqueIndex('uq_sgroup_ugroup').on(t.scalingGroup, t.group)],
  )

  const scalingGroupKeypairs = k.table(
    'sgroups_for_keypairs',
    {
      id: k.uuid('id').primaryKey(),
      scalingGroup: k.text('scaling_group').notNull(),
      accessKey: k.text('access_key').notNull(),
    },
    (t) => [k.uniqueIndex('uq_sgroup_akey').on(t.scalingGroup, t.accessKey)],
  )

  const agents = k.table(
    'agents',
    {
      id: k.text('id').primaryKey(),
      status: k.text('status').$type<AgentStatus>().notNull().default('ALIVE'),
      statusChanged: k.time('status_changed'),
      region: k.text('region').notNull(),
      scalingGroup: k.text('scaling_group').notNull().default('default'),
      /** Where an administrator put the agent, whatever it says itself. */
      assignedScalingGroup: k.text('assigned_scaling_group'),
      schedulable: k.bool('schedulable').notNull().default(true),
      availableSlots: k.json<SlotsJson>('available_slots').notNull(),
      addr: k.text('addr').notNull(),
      publicHost: k.text('public_host'),
      publicKey: k.text('public_key'),
      firstContact: k.time('first_contact').notNull(),
      lastHeartbeat: k.time('last_heartbeat'),
      lostAt: k.time('lost_at'),
      version: k.text('version').notNull(),
      architecture: k.text('architecture').notNull(),
      backend: k.text('backend').notNull().default('docker'),
      computePlugins: k.json<Record<string, Record<string, unknown>>>('compute_plugins').notNull(),
      autoTerminateAbusingKernel: k.bool('auto_terminate_abusing_kernel').notNull().default(false),
      /** Canonical names (`name@architecture`) of the images installed there, for placement and visibility. */
      images: k.json<string[]>('images').notNull(),
    },
    (t) => [k.index('ix_agents_status').on(t.status), k.index('ix_agents_sgroup').on(t.scalingGroup)],
  )

  const images = k.table(
    'images',
    {
      id: k.uuid('id').primaryKey(),
      name: k.text('name').notNull(),
      image: k.text('image').notNull(),
      createdAt: k.time('created_at').notNull(),
      tag: k.text('tag'),
      registry: k.text('registry').notNull(),
      architecture: k.text('architecture').notNull().default('x86_64'),
      configDigest: k.text('config_digest').notNull(),
      sizeBytes: k.long('size_bytes').notNull(),
      isLocal: k.bool('is_local').notNull().default(false),
      type: k.text('type').$type<'compute' | 'system' | 'service'>().notNull().default('compute'),
      accelerators: k.text('accelerators'),
      labels: k.json<Record<string, string>>('labels').notNull(),
      resources: k.json<Record<string, ResourceRange>>('resources').notNull(),
    },
    (t) => [k.uniqueIndex('uq_images_name_arch').on(t.name, t.architecture)],
  )

  const imageAliases = k.table('image_aliases', {
    id: k.uuid('id').primaryKey(),
    alias: k.text('alias').notNull().unique(),
    image: k
      .uuid('image')
      .notNull()
      .references(() => images.id, { onDelete: 'cascade' }),
  })

  const resourcePresets = k.table('resource_presets', {
    name: k.text('name').primaryKey(),
    resourceSlots: k.json<SlotsJson>('resource_slots').notNull(),
    sharedMemory: k.long('shared_memory'),
  })

  return {
    scalingGroups,
    scalingGroupDomains,
    scalingGroupGroups,
    scalingGroupKeypairs,
    agents,
    images,
    imageAliases,
    resourcePresets,
  }
}
