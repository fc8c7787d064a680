import { and, eq, inArray, ne, or, type SQL, sql } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import type { QueryColumns } from './query-columns.ts'
import type { FolderRow } from './rows.ts'

/** The plain columns of folders in the filter language; names of owners and projects by a subquery. */
export function folderColumns({ ports }: GraphContext): QueryColumns {
  const { vfolders: t, users, groups } = ports.store.tables
  return {
    id: { column: t.id, kind: 'uuid' },
    host: { column: t.host, kind: 'text' },
    quota_scope_id: { column: t.quotaScopeId, kind: 'text' },
    name: { column: t.name, kind: 'text' },
    group: { column: t.group, kind: 'uuid' },
    group_name: {
      column: sql`(select ${groups.name} from ${groups} where ${groups.id} = ${t.group})`,
      kind: 'text',
    },
    user: { column: t.user, kind: 'uuid' },
    user_email: {
      column: sql`(select ${users.email} from ${users} where ${users.uuid} = ${t.user})`,
      kind: 'text',
    },
    creator: { column: t.creator, kind: 'text' },
    unmanaged_path: { column: t.unmanagedPath, kind: 'text' },
    usage_mode: { column: t.usageMode, kind: 'lower' },
    permission: { column: t.permission, kind: 'lower' },
    ownership_type: { column: t.ownershipType, kind: 'lower' },
    max_files: { column: t.maxFiles, kind: 'number' },
    max_size: { column: t.maxSize, kind: 'number' },
    num_files: { column: t.numFiles, kind: 'number' },
    cur_size: { column: t.curSize, kind: 'number' },
    created_at: { column: t.createdAt, kind: 'time' },
    last_used: { column: t.lastUsed, kind: 'time' },
    cloneable: { column: t.cloneable, kind: 'boolean' },
    status: { column: t.status, kind: 'lower' },
  }
}

/** Folders of a user: `user` is an expression that gives their ids. */
const grantedTo = ({ ports }: GraphContext, user: string): SQL => {
  const { vfolders, vfolderPermissions: p } = ports.store.tables
  return inArray(vfolders.id, ports.store.db.select({ id: p.vfolder }).from(p).where(eq(p.user, user)))
}

/** Folders that others share with a user. */
export function invitedFolders(context: GraphContext, user: string): SQL | undefined {
  const { vfolders: t } = context.ports.store.tables
  return and(eq(t.ownershipType, 'user'), ne(t.user, user), grantedTo(context, user))
}

/** Folders of the active projects that a user belongs to. */
export function projectFolders({ ports }: GraphContext, user: string): SQL | undefined {
  const { vfolders: t, groupMembers: m, groups } = ports.store.tables
  const own = ports.store.db
    .select({ id: m.groupId })
    .from(m)
    .innerJoin(groups, eq(m.groupId, groups.id))
    .where(and(eq(m.userId, user), eq(groups.isActive, true)))
  return and(eq(t.ownershipType, 'group'), inArray(t.group, own))
}

/** Folders of a domain's users and projects. */
export function domainFolders({ ports }: GraphContext, domain: string): SQL | undefined {
  const { vfolders: t, users, groups } = ports.store.tables
  const { db } = ports.store
  return or(
    inArray(t.user, db.select({ id: users.uuid }).from(users).where(eq(users.domainName, domain))),
    inArray(t.group, db.select({ id: groups.id }).from(groups).where(eq(groups.domainName, domain))),
  )
}

/** What the requester may see at all; folders whose contents are gone are the superadmins' to purge. */
export function visibleFolders(context: GraphContext): SQL | undefined {
  const domain = domainBound(context, null)
  if (domain === null) return undefined
  const { vfolders: t } = context.ports.store.tables
  const { userUuid } = context.requester
  return and(
    ne(t.status, 'delete-complete'),
    or(
      eq(t.user, userUuid),
      // Grants on folders of projects say what their members may do, not who sees them.
      and(eq(t.ownershipType, 'user'), grantedTo(context, userUuid)),
      projectFolders(context, userUuid),
      userBound(context) === null ? domainFolders(context, domain) : undefined,
    ),
  )
}

/** The user of an access key; users name their own keys only. @throws Problem */
export async function userOfKey(context: GraphContext, accessKey: string): Promise<string> {
  const { keypairs, users } = context.ports.store.tables
  const [owner] = await context.ports.store.db
    .select({ uuid: users.uuid, domainName: users.domainName })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(eq(keypairs.accessKey, accessKey))
  const domain = domainBound(context, null)
  const bound = userBound(context)
  const isHidden =
    !owner || (domain !== null && owner.domainName !== domain) || (bound !== null && owner.uuid !== bound)
  if (!isHidden) return owner.uuid
  if (context.requester.isSuperadmin) throw notFound('keypair', `There is no keypair "${accessKey}".`)
  throw new Problem('generic-forbidden', { msg: 'What other users own is not yours to see.' })
}

/** Rows of folders by id, whoever asks. */
export const folderById = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const rows = await db
    .select()
    .from(tables.vfolders)
    .where(inArray(tables.vfolders.id, [...ids]))
  return byKey(rows, ({ id }) => id)
})

/** What a folder's owner granted to the requester. */
const grantToRequester = defineLoader(
  async ({ store: { db, tables } }, ids: readonly string[], { requester }) => {
    const { vfolderPermissions: p } = tables
    const rows = await db
      .select()
      .from(p)
      .where(and(inArray(p.vfolder, [...ids]), eq(p.user, requester.userUuid)))
    return byKey(rows, ({ vfolder }) => vfolder)
  },
)

/** What the requester may do in a folder: what was granted to them, else what the folder gives. */
export async function permissionOn(context: GraphContext, row: FolderRow): Promise<string> {
  if (row.user === context.requester.userUuid) return row.permission
  return (await grantToRequester(context, row.id))?.permission ?? row.permission
}
