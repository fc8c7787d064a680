import type { SlotsJson } from '../../core/slots.ts'
import type { Kit } from '../kit.ts'

/** Host → permissions granted on it. */
export type HostPermissions = Record<string, string[]>
export interface Dotfile {
  path: string
  perm: string
  data: string
}

/** Domains, projects, users, keypairs and their resource policies (domain-model.md §1.1–1.5). */
export function accountTables(k: Kit) {
  const domains = k.table('domains', {
    name: k.text('name').primaryKey(),
    description: k.text('description'),
    isActive: k.bool('is_active').notNull().default(true),
    createdAt: k.time('created_at').notNull(),
    modifiedAt: k.time('modified_at').notNull(),
    totalResourceSlots: k.json<SlotsJson>('total_resource_slots').notNull(),
    allowedVfolderHosts: k.json<HostPermissions>('allowed_vfolder_hosts').notNull(),
    allowedDockerRegistries: k.json<string[]>('allowed_docker_registries').notNull(),
    integrationId: k.text('integration_id'),
    dotfiles: k.json<Dotfile[]>('dotfiles').notNull(),
  })

  const groups = k.table(
    'groups',
    {
      id: k.uuid('id').primaryKey(),
      name: k.text('name').notNull(),
      description: k.text('description'),
      isActive: k.bool('is_active').notNull().default(true),
      createdAt: k.time('created_at').notNull(),
      modifiedAt: k.time('modified_at').notNull(),
      integrationId: k.text('integration_id'),
      domainName: k
        .text('domain_name')
        .notNull()
        .references(() => domains.name, { onUpdate: 'cascade', onDelete: 'cascade' }),
      totalResourceSlots: k.json<SlotsJson>('total_resource_slots').notNull(),
      allowedVfolderHosts: k.json<HostPermissions>('allowed_vfolder_hosts').notNull(),
      dotfiles: k.json<Dotfile[]>('dotfiles').notNull(),
      resourcePolicy: k
        .text('resource_policy')
        .notNull()
        .references(() => projectResourcePolicies.name),
      type: k.text('type').$type<'general' | 'model-store'>().notNull().default('general'),
      containerRegistry: k.json<{ registry?: string; project?: string }>('container_registry'),
    },
    (t) => [k.uniqueIndex('uq_groups_name_domain').on(t.name, t.domainName)],
  )

  const groupMembers = k.table(
    'association_groups_users',
    {
      id: k.uuid('id').primaryKey(),
      userId: k
        .uuid('user_id')
        .notNull()
        .references(() => users.uuid, { onDelete: 'cascade' }),
      groupId: k
        .uuid('group_id')
        .notNull()
        .references(() => groups.id, { onDelete: 'cascade' }),
      role: k.text('role').$type<'member' | 'admin'>().notNull().default('member'),
    },
    (t) => [k.uniqueIndex('uq_association_user_group').on(t.userId, t.groupId)],
  )

  const users = k.table('users', {
    uuid: k.uuid('uuid').primaryKey(),
    username: k.text('username').unique(),
    email: k.text('email').notNull().unique(),
    password: k.text('password'),
    needPasswordChange: k.bool('need_password_change'),
    passwordChangedAt: k.time('password_changed_at'),
    fullName: k.text('full_name'),
    description: k.text('description'),
    status: k
      .text('status')
      .$type<'active' | 'inactive' | 'deleted' | 'before-verification'>()
      .notNull()
      .default('active'),
    statusInfo: k.text('status_info'),
    domainName: k.text('domain_name').references(() => domains.name),
    role: k.text('role').$type<'superadmin' | 'admin' | 'user' | 'monitor'>().notNull().default('user'),
    allowedClientIp: k.json<string[]>('allowed_client_ip'),
    totpKey: k.text('totp_key'),
    totpActivated: k.bool('totp_activated').notNull().default(false),
    totpActivatedAt: k.time('totp_activated_at'),
    /** The last 30-second step whose one-time password was taken; a password serves once. */
    totpLastStep: k.long('totp_last_step'),
    resourcePolicy: k
      .text('resource_policy')
      .notNull()
      .references(() => userResourcePolicies.name),
    sudoSessionEnabled: k.bool('sudo_session_enabled').notNull().default(false),
    /** No foreign key: users and keypairs name each other. */
    mainAccessKey: k.text('main_access_key'),
    integrationId: k.text('integration_id'),
    createdAt: k.time('created_at').notNull(),
    modifiedAt: k.time('modified_at').notNull(),
  })

  const keypairs = k.table(
    'keypairs',
    {
      accessKey: k.text('access_key').primaryKey(),
      secretKey: k.text('secret_key').notNull(),
      userId: k.text('user_id').notNull(),
      user: k
        .uuid('user')
        .notNull()
        .references(() => users.uuid),
      isActive: k.bool('is_active').notNull().default(true),
      isAdmin: k.bool('is_admin').notNull().default(false),
      createdAt: k.time('created_at').notNull(),
      modifiedAt: k.time('modified_at').notNull(),
      lastUsed: k.time('last_used'),
      rateLimit: k.int('rate_limit').notNull().default(10000),
      numQueries: k.long('num_queries').notNull().default(0),
      sshPublicKey: k.text('ssh_public_key'),
      sshPrivateKey: k.text('ssh_private_key'),
      resourcePolicy: k
        .text('resource_policy')
        .notNull()
        .references(() => keypairResourcePolicies.name),
      dotfiles: k.json<Dotfile[]>('dotfiles').notNull(),
      bootstrapScript: k.text('bootstrap_script').notNull().default(''),
    },
    (t) => [k.index('ix_keypairs_user_id').on(t.userId), k.index('ix_keypairs_user').on(t.user)],
  )

  const keypairResourcePolicies = k.table('keypair_resource_policies', {
    name: k.text('name').primaryKey(),
    createdAt: k.time('created_at').notNull(),
    defaultForUnspecified: k
      .text('default_for_unspecified')
      .$type<'LIMITED' | 'UNLIMITED'>()
      .notNull()
      .default('LIMITED'),
    totalResourceSlots: k.json<SlotsJson>('total_resource_slots').notNull(),
    maxSessionLifetime: k.int('max_session_lifetime').notNull().default(0),
    maxConcurrentSessions: k.int('max_concurrent_sessions').notNull(),
    maxPendingSessionCount: k.int('max_pending_session_count'),
    maxPendingSessionResourceSlots: k.json<SlotsJson>('max_pending_session_resource_slots'),
    maxConcurrentSftpSessions: k.int('max_concurrent_sftp_sessions').notNull().default(1),
    maxContainersPerSession: k.int('max_containers_per_session').notNull(),
    idleTimeout: k.long('idle_timeout').notNull(),
    allowedVfolderHosts: k.json<HostPermissions>('allowed_vfolder_hosts').notNull(),
    /** Legacy: 23.09 kept folder limits here and its GraphQL still shows them. */
    maxVfolderCount: k.int('max_vfolder_count').notNull().default(0),
    maxVfolderSize: k.long('max_vfolder_size').notNull().default(0),
  })

  const userResourcePolicies = k.table('user_resource_policies', {
    name: k.text('name').primaryKey(),
    createdAt: k.time('created_at').notNull(),
    maxVfolderCount: k.int('max_vfolder_count').notNull().default(0),
    maxQuotaScopeSize: k.long('max_quota_scope_size').notNull(),
    maxSessionCountPerModelSession: k.int('max_session_count_per_model_session').notNull(),
    maxCustomizedImageCount: k.int('max_customized_image_count').notNull().default(3),
  })

  const projectResourcePolicies = k.table('project_resource_policies', {
    name: k.text('name').primaryKey(),
    createdAt: k.time('created_at').notNull(),
    maxVfolderCount: k.int('max_vfolder_count').notNull().default(0),
    maxQuotaScopeSize: k.long('max_quota_scope_size').notNull(),
  })

  return {
    domains,
    groups,
    groupMembers,
    users,
    keypairs,
    keypairResourcePolicies,
    userResourcePolicies,
    projectResourcePolicies,
  }
}
