import type { SlotsJson } from '../../core/slots.ts'
import type { ClusterMode } from '../../core/status.ts'
import type { Kit } from '../kit.ts'

export type EndpointLifecycle = 'created' | 'destroying' | 'destroyed'
export type RouteStatus = 'provisioning' | 'healthy' | 'unhealthy' | 'terminating' | 'failed_to_start'
export interface ExtraMount {
  vfolderId: string
  mountDestination: string | null
  type: string
  permission: 'ro' | 'rw' | 'wd' | null
}

/** Model services: endpoints, the routes to their sessions, and tokens to call them (domain-model.md §1.11). */
export function serviceTables(k: Kit) {
  const endpoints = k.table(
    'endpoints',
    {
      id: k.uuid('id').primaryKey(),
      name: k.text('name').notNull(),
      createdUser: k.uuid('created_user').notNull(),
      sessionOwner: k.uuid('session_owner').notNull(),
      desiredSessionCount: k.int('desired_session_count').notNull().default(0),
      image: k.uuid('image').notNull(),
      model: k.uuid('model'),
      modelMountDestination: k.text('model_mount_destination').notNull().default('/models'),
      modelDefinitionPath: k.text('model_definition_path'),
      domain: k.text('domain').notNull(),
      project: k.uuid('project').notNull(),
      resourceGroup: k.text('resource_group').notNull(),
      lifecycleStage: k.text('lifecycle_stage').$type<EndpointLifecycle>().notNull().default('created'),
      tag: k.text('tag'),
      startupCommand: k.text('startup_command'),
      bootstrapScript: k.text('bootstrap_script'),
      callbackUrl: k.text('callback_url'),
      environ: k.json<Record<string, string>>('environ').notNull(),
      openToPublic: k.bool('open_to_public').notNull().default(false),
      runtimeVariant: k.text('runtime_variant').notNull().default('custom'),
      resourceSlots: k.json<SlotsJson>('resource_slots').notNull(),
      resourceOpts: k.json<Record<string, unknown>>('resource_opts').notNull(),
      url: k.text('url'),
      clusterMode: k.text('cluster_mode').$type<ClusterMode>().notNull().default('single-node'),
      clusterSize: k.int('cluster_size').notNull().default(1),
      extraMounts: k.json<ExtraMount[]>('extra_mounts').notNull(),
      retries: k.int('retries').notNull().default(0),
      createdAt: k.time('created_at').notNull(),
      destroyedAt: k.time('destroyed_at'),
    },
    (t) => [
      k.index('ix_endpoints_owner').on(t.sessionOwner),
      k.index('ix_endpoints_resource_group').on(t.resourceGroup),
      k.index('ix_endpoints_lifecycle').on(t.lifecycleStage),
    ],
  )

  const routings = k.table(
    'routings',
    {
      id: k.uuid('id').primaryKey(),
      endpoint: k
        .uuid('endpoint')
        .notNull()
        .references(() => endpoints.id, { onDelete: 'cascade' }),
      session: k.uuid('session'),
      sessionOwner: k.uuid('session_owner').notNull(),
      domain: k.text('domain').notNull(),
      project: k.uuid('project').notNull(),
      status: k.text('status').$type<RouteStatus>().notNull().default('provisioning'),
      trafficRatio: k.real('traffic_ratio').notNull().default(1),
      createdAt: k.time('created_at').notNull(),
      errorData: k.json<Record<string, unknown>>('error_data'),
    },
    (t) => [k.uniqueIndex('uq_routings_endpoint_session').on(t.endpoint, t.session)],
  )

  const endpointTokens = k.table(
    'endpoint_tokens',
    {
      id: k.uuid('id').primaryKey(),
      token: k.text('token').notNull(),
      endpoint: k.uuid('endpoint').references(() => endpoints.id, { onDelete: 'set null' }),
      sessionOwner: k.uuid('session_owner').notNull(),
      domain: k.text('domain').notNull(),
      project: k.uuid('project').notNull(),
      createdAt: k.time('created_at').notNull(),
      validUntil: k.time('valid_until'),
    },
    (t) => [
      k.index('ix_endpoint_tokens_token').on(t.token),
      k.index('ix_endpoint_tokens_endpoint').on(t.endpoint),
    ],
  )

  return { endpoints, routings, endpointTokens }
}
