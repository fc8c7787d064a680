import type { SlotsJson } from '../../core/slots.ts'
import type {
  ClusterMode,
  KernelStatus,
  SessionResult,
  SessionStatus,
  SessionType,
} from '../../core/status.ts'
import type { Kit } from '../kit.ts'

/** Status name → ISO time of the last entry. */
export type StatusHistory = Record<string, string>
export interface MountRecord {
  name: string
  vfid: string
  vfsubpath: string
  hostPath: string
  kernelPath: string
  permission: 'ro' | 'rw' | 'wd'
  usageMode: string
}
export interface ServicePortRecord {
  name: string
  protocol: 'http' | 'tcp' | 'preopen' | 'internal'
  containerPorts: number[]
  hostPorts: number[]
  isInference: boolean
  urlTemplate?: string
  allowedArguments?: Record<string, unknown>
  allowedEnvs?: Record<string, unknown>
}

/** Sessions and their kernels (domain-model.md §1.9–1.10). */
export function sessionTables(k: Kit) {
  const sessions = k.table(
    'sessions',
    {
      id: k.uuid('id').primaryKey(),
      creationId: k.text('creation_id'),
      name: k.text('name').notNull(),
      sessionType: k.text('session_type').$type<SessionType>().notNull().default('interactive'),
      clusterMode: k.text('cluster_mode').$type<ClusterMode>().notNull().default('single-node'),
      clusterSize: k.int('cluster_size').notNull().default(1),
      /** Agents that an administrator designated; null lets the scheduler choose. */
      designatedAgents: k.json<string[]>('designated_agents'),
      agentIds: k.json<string[]>('agent_ids').notNull(),
      scalingGroupName: k.text('scaling_group_name'),
      domainName: k.text('domain_name').notNull(),
      groupId: k.uuid('group_id').notNull(),
      userUuid: k.uuid('user_uuid').notNull(),
      accessKey: k.text('access_key').notNull(),
      images: k.json<string[]>('images').notNull(),
      tag: k.text('tag'),
      occupyingSlots: k.json<SlotsJson>('occupying_slots').notNull(),
      requestedSlots: k.json<SlotsJson>('requested_slots').notNull(),
      vfolderMounts: k.json<MountRecord[]>('vfolder_mounts').notNull(),
      environ: k.json<Record<string, string>>('environ').notNull(),
      resourceOpts: k.json<Record<string, unknown>>('resource_opts').notNull(),
      bootstrapScript: k.text('bootstrap_script'),
      useHostNetwork: k.bool('use_host_network').notNull().default(false),
      timeout: k.long('timeout'),
      priority: k.int('priority').notNull().default(10),
      startsAt: k.time('starts_at'),
      createdAt: k.time('created_at').notNull(),
      terminatedAt: k.time('terminated_at'),
      status: k.text('status').$type<SessionStatus>().notNull().default('PENDING'),
      statusInfo: k.text('status_info'),
      statusData: k.json<Record<string, unknown>>('status_data'),
      statusHistory: k.json<StatusHistory>('status_history').notNull(),
      /** `name` of live sessions, null once dead: holds the rule of one live session per name and key. */
      liveName: k.text('live_name'),
      callbackUrl: k.text('callback_url'),
      startupCommand: k.text('startup_command'),
      result: k.text('result').$type<SessionResult>().notNull().default('undefined'),
      numQueries: k.long('num_queries').notNull().default(0),
      lastStat: k.json<Record<string, unknown>>('last_stat'),
      /** The idempotency token of the request that made it. */
      clientToken: k.text('client_token'),
    },
    (t) => [
      k.uniqueIndex('uq_sessions_live_name').on(t.accessKey, t.liveName),
      k.index('ix_sessions_status').on(t.status),
      k.index('ix_sessions_created').on(t.createdAt),
      k.index('ix_sessions_access_key').on(t.accessKey),
      k.index('ix_sessions_client_token').on(t.accessKey, t.clientToken),
    ],
  )

  const kernels = k.table(
    'kernels',
    {
      id: k.uuid('id').primaryKey(),
      sessionId: k
        .uuid('session_id')
        .notNull()
        .references(() => sessions.id, { onDelete: 'cascade' }),
      clusterRole: k.text('cluster_role').notNull().default('main'),
      clusterIdx: k.int('cluster_idx').notNull().default(0),
      localRank: k.int('local_rank').notNull().default(0),
      clusterHostname: k.text('cluster_hostname').notNull(),
      agent: k.text('agent'),
      agentAddr: k.text('agent_addr'),
      image: k.text('image').notNull(),
      architecture: k.text('architecture').notNull().default('x86_64'),
      registry: k.text('registry').notNull(),
      containerId: k.text('container_id'),
      occupiedSlots: k.json<SlotsJson>('occupied_slots').notNull(),
      requestedSlots: k.json<SlotsJson>('requested_slots').notNull(),
      attachedDevices: k.json<Record<string, unknown>>('attached_devices').notNull(),
      resourceOpts: k.json<Record<string, unknown>>('resource_opts').notNull(),
      kernelHost: k.text('kernel_host'),
      servicePorts: k.json<ServicePortRecord[]>('service_ports').notNull(),
      preopenPorts: k.json<number[]>('preopen_ports').notNull(),
      createdAt: k.time('created_at').notNull(),
      terminatedAt: k.time('terminated_at'),
      status: k.text('status').$type<KernelStatus>().notNull().default('PENDING'),
      statusChanged: k.time('status_changed').notNull(),
      statusInfo: k.text('status_info'),
      statusData: k.json<Record<string, unknown>>('status_data'),
      statusHistory: k.json<StatusHistory>('status_history').notNull(),
      internalData: k.json<Record<string, unknown>>('internal_data').notNull(),
      containerLog: k.bytes('container_log'),
      /** Where the roles of a cluster differ; null: the session's. */
      environ: k.json<Record<string, string>>('environ'),
      bootstrapScript: k.text('bootstrap_script'),
      startupCommand: k.text('startup_command'),
      numQueries: k.long('num_queries').notNull().default(0),
      lastStat: k.json<Record<string, unknown>>('last_stat'),
    },
    (t) => [
      k.index('ix_kernels_session').on(t.sessionId),
      k.index('ix_kernels_agent_status').on(t.agent, t.status),
      k.index('ix_kernels_status').on(t.status),
    ],
  )

  const sessionDependencies = k.table(
    'session_dependencies',
    {
      sessionId: k
        .uuid('session_id')
        .notNull()
        .references(() => sessions.id, { onDelete: 'cascade' }),
      dependsOn: k
        .uuid('depends_on')
        .notNull()
        .references(() => sessions.id, { onDelete: 'cascade' }),
    },
    (t) => [k.primaryKey({ columns: [t.sessionId, t.dependsOn] })],
  )

  const sessionTemplates = k.table('session_templates', {
    id: k.uuid('id').primaryKey(),
    createdAt: k.time('created_at').notNull(),
    isActive: k.bool('is_active').notNull().default(true),
    domainName: k.text('domain_name').notNull(),
    groupId: k.uuid('group_id'),
    userUuid: k.uuid('user_uuid').notNull(),
    type: k.text('type').$type<'task' | 'cluster'>().notNull(),
    name: k.text('name').notNull(),
    template: k.json<Record<string, unknown>>('template').notNull(),
  })

  /** Of sessions with a callback address: which of their statuses it has been told. */
  const sessionCallbacks = k.table(
    'session_callbacks',
    {
      sessionId: k
        .uuid('session_id')
        .primaryKey()
        .references(() => sessions.id, { onDelete: 'cascade' }),
      url: k.text('url').notNull(),
      /** Event → the time of the status that was told. */
      told: k.json<Record<string, string>>('told').notNull(),
      /** Failures since the last success, and when the next try is due. */
      failures: k.int('failures').notNull().default(0),
      nextAt: k.time('next_at').notNull(),
    },
    (t) => [k.index('ix_session_callbacks_next').on(t.nextAt)],
  )

  return { sessions, kernels, sessionDependencies, sessionTemplates, sessionCallbacks }
}
