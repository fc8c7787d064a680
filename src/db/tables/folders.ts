import type { Kit } from '../kit.ts'

/** Virtual folders and who may use them (domain-model.md §1.11). */
export function folderTables(k: Kit) {
  const vfolders = k.table(
    'vfolders',
    {
      id: k.uuid('id').primaryKey(),
      host: k.text('host').notNull(),
      quotaScopeId: k.text('quota_scope_id').notNull(),
      name: k.text('name').notNull(),
      usageMode: k.text('usage_mode').$type<'general' | 'model' | 'data'>().notNull().default('general'),
      permission: k.text('permission').$type<'ro' | 'rw' | 'wd'>().notNull().default('rw'),
      maxFiles: k.int('max_files').notNull().default(1000),
      maxSize: k.long('max_size'),
      numFiles: k.long('num_files').notNull().default(0),
      curSize: k.long('cur_size').notNull().default(0),
      createdAt: k.time('created_at').notNull(),
      lastUsed: k.time('last_used'),
      creator: k.text('creator'),
      unmanagedPath: k.text('unmanaged_path'),
      ownershipType: k.text('ownership_type').$type<'user' | 'group'>().notNull().default('user'),
      user: k.uuid('user'),
      group: k.uuid('group'),
      cloneable: k.bool('cloneable').notNull().default(false),
      status: k.text('status').notNull().default('ready'),
      statusHistory: k.json<Record<string, string>>('status_history').notNull(),
      statusChanged: k.time('status_changed'),
    },
    (t) => [k.index('ix_vfolders_name').on(t.name), k.index('ix_vfolders_user').on(t.user)],
  )

  const vfolderInvitations = k.table('vfolder_invitations', {
    id: k.uuid('id').primaryKey(),
    permission: k.text('permission').$type<'ro' | 'rw' | 'wd'>().notNull().default('rw'),
    inviter: k.text('inviter').notNull(),
    invitee: k.text('invitee').notNull(),
    state: k.text('state').notNull().default('pending'),
    createdAt: k.time('created_at').notNull(),
    modifiedAt: k.time('modified_at').notNull(),
    vfolder: k
      .uuid('vfolder')
      .notNull()
      .references(() => vfolders.id, { onDelete: 'cascade' }),
  })

  const vfolderPermissions = k.table('vfolder_permissions', {
    id: k.uuid('id').primaryKey(),
    permission: k.text('permission').$type<'ro' | 'rw' | 'wd'>().notNull().default('rw'),
    vfolder: k
      .uuid('vfolder')
      .notNull()
      .references(() => vfolders.id, { onDelete: 'cascade' }),
    user: k.uuid('user').notNull(),
  })

  return { vfolders, vfolderInvitations, vfolderPermissions }
}
