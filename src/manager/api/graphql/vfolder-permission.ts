import { and, asc, eq, getTableColumns, inArray, or, type SQL } from 'drizzle-orm'
import { VFOLDER_HOST_PERMISSIONS } from '../../services/host-permissions.ts'
import { userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { userById } from './loaders.ts'
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import sdl from './vfolder-permission.graphql' with { type: 'text' }
import { folderById, visibleFolders } from './vfolder-scope.ts'

/** Grants to the requester and on the requester's folders; those of their reach for administrators. */
function visibleGrants(context: GraphContext): SQL | undefined {
  const { db, tables } = context.ports.store
  const { vfolderPermissions: p, vfolders } = tables
  const folders = visibleFolders(context)
  if (!folders) return undefined
  const { userUuid } = context.requester
  const onFolders = (which: SQL | undefined) =>
    inArray(p.vfolder, db.select({ id: vfolders.id }).from(vfolders).where(which))
  const reach = userBound(context) === null ? undefined : eq(vfolders.user, userUuid)
  return or(onFolders(and(folders, reach)), and(eq(p.user, userUuid), onFolders(folders)))
}

async function grantPage(context: GraphContext, args: PageArgs) {
  const { dialect, db, tables } = context.ports.store
  const { vfolderPermissions: p, vfolders, users } = tables
  const columns: QueryColumns = {
    id: { column: p.id, kind: 'uuid' },
    permission: { column: p.permission, kind: 'lower' },
    vfolder: { column: p.vfolder, kind: 'uuid' },
    vfolder_name: { column: vfolders.name, kind: 'text' },
    user: { column: p.user, kind: 'uuid' },
    user_email: { column: users.email, kind: 'text' },
  }
  const where = and(visibleGrants(context), filterCondition(dialect, columns, args.filter))
  const { limit, offset } = pageBounds(args)
  const rows = db
    .select(getTableColumns(p))
    .from(p)
    .innerJoin(vfolders, eq(p.vfolder, vfolders.id))
    .leftJoin(users, eq(p.user, users.uuid))
    .where(where)
  const total = db
    .select(counted)
    .from(p)
    .innerJoin(vfolders, eq(p.vfolder, vfolders.id))
    .leftJoin(users, eq(p.user, users.uuid))
    .where(where)
  return {
    items: await rows
      .orderBy(...orderTerms(columns, args.order, [asc(vfolders.name), asc(p.id)]))
      .limit(limit)
      .offset(offset),
    total_count: await countOf(total),
  }
}

export const vfolderPermission = {
  sdl,
  queries: {
    vfolder_permission_list: (_, args, context) => grantPage(context, args),
    vfolder_host_permissions: () => ({ vfolder_host_permission_list: VFOLDER_HOST_PERMISSIONS }),
  },
  types: {
    VirtualFolderPermission: {
      vfolder_name: async (row, _, context) => (await folderById(context, row.vfolder))?.name ?? null,
      user_email: async (row, _, context) => (await userById(context, row.user))?.email ?? null,
    },
  },
} satisfies GraphResource
