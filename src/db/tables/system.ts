import type { Kit } from '../kit.ts'

/** What the cluster itself keeps: shared settings, leases, the outbox of events, error and audit logs. */
export function systemTables(k: Kit) {
  /** The shared configuration tree; `key` is a slash path, `revision` grows with each write. */
  const sharedConfig = k.table(
    'shared_config',
    {
      key: k.text('key').primaryKey(),
      value: k.text('value').notNull(),
      revision: k.long('revision').notNull(),
    },
    (t) => [k.index('ix_shared_config_revision').on(t.revision)],
  )

  /** Who may run a loop until when; `epoch` grows with each new holder and fences its writes. */
  const leases = k.table('leases', {
    name: k.text('name').primaryKey(),
    holder: k.text('holder').notNull(),
    epoch: k.long('epoch').notNull(),
    expiresAt: k.time('expires_at').notNull(),
  })

  /** Events written in the transaction that caused them; relayed to the bus afterwards, kept for resuming streams. */
  const outbox = k.table(
    'outbox',
    {
      seq: k.serial('seq'),
      name: k.text('name').notNull(),
      source: k.text('source').notNull(),
      payload: k.json<unknown>('payload').notNull(),
      createdAt: k.time('created_at').notNull(),
      relayedAt: k.time('relayed_at'),
    },
    (t) => [k.index('ix_outbox_relayed').on(t.relayedAt), k.index('ix_outbox_created').on(t.createdAt)],
  )

  const errorLogs = k.table('error_logs', {
    id: k.uuid('id').primaryKey(),
    createdAt: k.time('created_at').notNull(),
    severity: k.text('severity').$type<'critical' | 'error' | 'warning'>().notNull(),
    source: k.text('source').notNull(),
    user: k.uuid('user'),
    isRead: k.bool('is_read').notNull().default(false),
    isCleared: k.bool('is_cleared').notNull().default(false),
    message: k.text('message').notNull(),
    contextLang: k.text('context_lang').notNull(),
    contextEnv: k.json<Record<string, unknown>>('context_env').notNull(),
    requestUrl: k.text('request_url'),
    requestStatus: k.int('request_status'),
    traceback: k.text('traceback'),
  })

  /** The managers of the cluster, by their last sign of life. */
  const managers = k.table('managers', {
    id: k.text('id').primaryKey(),
    address: k.text('address').notNull(),
    version: k.text('version').notNull(),
    startedAt: k.time('started_at').notNull(),
    heartbeatAt: k.time('heartbeat_at').notNull(),
  })

  /** Who changed what, when and from where; written in bulk, never changed, dropped by age. */
  const auditLogs = k.table(
    'audit_logs',
    {
      id: k.uuid('id').primaryKey(),
      createdAt: k.time('created_at').notNull(),
      requestId: k.text('request_id').notNull(),
      /** Copies, not references: what a deleted user did stays. Null: nobody proved who they are. */
      userUuid: k.uuid('user_uuid'),
      email: k.text('email'),
      role: k.text('role'),
      domainName: k.text('domain_name'),
      accessKey: k.text('access_key'),
      clientAddress: k.text('client_address').notNull(),
      /** `POST /session/:session/rename`, or `mutation modify_user`. */
      operation: k.text('operation').notNull(),
      entityType: k.text('entity_type').notNull(),
      entityId: k.text('entity_id'),
      result: k.text('result').$type<'success' | 'denied' | 'error'>().notNull(),
      /** Of the HTTP answer. */
      status: k.int('status').notNull(),
      /** The refusal in a sentence. */
      description: k.text('description'),
      durationMs: k.int('duration_ms').notNull(),
    },
    (t) => [
      k.index('ix_audit_logs_created').on(t.createdAt, t.id),
      k.index('ix_audit_logs_user').on(t.userUuid, t.createdAt),
      k.index('ix_audit_logs_domain').on(t.domainName, t.createdAt),
      k.index('ix_audit_logs_entity').on(t.entityType, t.entityId),
    ],
  )

  return { sharedConfig, leases, outbox, errorLogs, managers, auditLogs }
}
