import { and, desc, eq, inArray, type SQL } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import { groupById, userById } from './loaders.ts'
import { askedOrder, counted, countOf, MAX_PAGE, pageBounds } from './page.ts'
import { filterCondition, orderTerms } from './query-columns.ts'
import type { FieldsOf, GraphResource } from './resource.ts'
import type { FolderRow } from './rows.ts'
import sdl from './vfolder.graphql' with { type: 'text' }
import {
  domainFolders,
  folderColumns,
  invitedFolders,
  permissionOn,
  projectFolders,
  userOfKey,
  visibleFolders,
} from './vfolder-scope.ts'

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

interface ScopeArgs {
  domain_name?: string | null
  group_id?: string | null
  access_key?: string | null
}

function foldersWhere({ ports }: GraphContext, where: SQL | undefined) {
  return ports.store.db.select().from(ports.store.tables.vfolders).where(where)
}

async function folderPage(
  context: GraphContext,
  args: PageArgs & { order_key?: string | null; order_asc?: boolean | null },
  scope: SQL | undefined,
) {
  const { dialect, db, tables } = context.ports.store
  const { vfolders: t } = tables
  const columns = folderColumns(context)
  const where = and(visibleFolders(context), scope, filterCondition(dialect, columns, args.filter))
  const { limit, offset } = pageBounds(args)
  return {
    items: await foldersWhere(context, where)
      .orderBy(...orderTerms(columns, askedOrder(args), [desc(t.createdAt), desc(t.id)]))
      .limit(limit)
      .offset(offset),
    total_count: await countOf(db.select(counted).from(t).where(where)),
  }
}

/** Users list what they own, or what a project of theirs does; administrators what is in their reach. */
async function listed(context: GraphContext, args: ScopeArgs): Promise<SQL | undefined> {
  const { vfolders: t } = context.ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const user = args.access_key ? await userOfKey(context, args.access_key) : userBound(context)
  const byGroup = args.group_id ? eq(t.group, groupIdOf(args.group_id)) : undefined
  return and(
    domain === null ? undefined : domainFolders(context, domain),
    byGroup,
    user === null || (byGroup && !args.access_key) ? undefined : eq(t.user, user),
  )
}

function groupIdOf(text: string): string {
  if (UUID.test(text)) return uuidOf(text)
  throw new Problem('invalid-api-params', {
    msg: `"${text}" is not the id of a project.`,
    data: { group_id: 'expected a UUID' },
  })
}

const uuidOf = (text: string): string =>
  text
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Whose own, shared or project folders are listed. */
async function whoseFolders(context: GraphContext, args: ScopeArgs): Promise<string> {
  domainBound(context, args.domain_name)
  return args.access_key ? await userOfKey(context, args.access_key) : context.requester.userUuid
}

const inDomain = (context: GraphContext, { domain_name: domain }: ScopeArgs): SQL | undefined =>
  domain ? domainFolders(context, domain) : undefined

/** A folder that the requester may see, by its id with or without dashes. */
export async function visibleFolder(context: GraphContext, id: string): Promise<FolderRow | null> {
  if (!UUID.test(id)) return null
  const { vfolders: t } = context.ports.store.tables
  const [row] = await foldersWhere(context, and(visibleFolders(context), eq(t.id, uuidOf(id))))
  return row ?? null
}

const visibleById = defineLoader(async ({ store: { db, tables } }, ids: readonly string[], context) => {
  const { vfolders: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(and(visibleFolders(context), inArray(t.id, [...ids])))
  return byKey(rows, ({ id }) => id)
})

/** The same for many at once. */
export const visibleFolderById = async (context: GraphContext, id: string): Promise<FolderRow | null> =>
  (await visibleById(context, id)) ?? null

/** The fields that folders have as items and as nodes. */
export const folderFields = {
  user_email: async (row, _, context) =>
    row.user === null ? null : ((await userById(context, row.user))?.email ?? null),
  group_name: async (row, _, context) =>
    row.group === null ? null : ((await groupById(context, row.group))?.name ?? null),
  permission: (row, _, context) => permissionOn(context, row),
} satisfies Partial<FieldsOf<'VirtualFolder'>>

export const vfolder = {
  sdl,
  queries: {
    vfolder: async (_, { id }, context) => (id ? await visibleFolder(context, id) : null),
    vfolder_list: async (_, args, context) => folderPage(context, args, await listed(context, args)),
    vfolder_own_list: async (_, args, context) => {
      const { vfolders: t } = context.ports.store.tables
      const scope = and(eq(t.user, await whoseFolders(context, args)), inDomain(context, args))
      return await folderPage(context, args, scope)
    },
    vfolder_invited_list: async (_, args, context) => {
      const user = await whoseFolders(context, args)
      return await folderPage(context, args, and(invitedFolders(context, user), inDomain(context, args)))
    },
    vfolder_project_list: async (_, args, context) => {
      const user = await whoseFolders(context, args)
      return await folderPage(context, args, and(projectFolders(context, user), inDomain(context, args)))
    },
    vfolders: async (_, args, context) => {
      const { vfolders: t } = context.ports.store.tables
      const where = and(visibleFolders(context), await listed(context, args))
      return await foldersWhere(context, where).orderBy(desc(t.createdAt), desc(t.id)).limit(MAX_PAGE)
    },
  },
  types: { VirtualFolder: folderFields },
} satisfies GraphResource
