import { and, asc, count, desc, eq, inArray } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES, SESSION_STATUSES } from '../../../core/status.ts'
import type { KeypairRow } from '../../services/credentials.ts'
import { domainBound, userBound } from './access.ts'
import type { FieldsOf, GraphContext, RootFields } from './context.ts'
import type { GroupRow, UserRow } from './loaders.ts'
import { readStatuses } from './statuses.ts'

const forbidden = () => new Problem('generic-forbidden', { msg: 'Other accounts are not yours to see.' })

interface GroupArgs {
  domain_name?: string | null
  is_active?: boolean | null
}

async function groupsWhere(context: GraphContext, args: GroupArgs & { name?: string; id?: string }) {
  const { db, tables } = context.ports.store
  const { groups: t, groupMembers } = tables
  const domain = domainBound(context, args.domain_name)
  const member = userBound(context)
  const own =
    member === null
      ? undefined
      : inArray(
          t.id,
          db.select({ id: groupMembers.groupId }).from(groupMembers).where(eq(groupMembers.userId, member)),
        )
  return await db
    .select()
    .from(t)
    .where(
      and(
        domain === null ? undefined : eq(t.domainName, domain),
        typeof args.is_active === 'boolean' ? eq(t.isActive, args.is_active) : undefined,
        args.name === undefined ? undefined : eq(t.name, args.name),
        args.id === undefined ? undefined : eq(t.id, args.id),
        own,
      ),
    )
    .orderBy(asc(t.name))
}

async function userOf(context: GraphContext, args: { domain_name?: string | null; email?: string | null }) {
  const { requester, ports } = context
  const { users } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const email = args.email ?? requester.email
  if (userBound(context) !== null && email !== requester.email) throw forbidden()
  const [row] = await ports.store.db
    .select()
    .from(users)
    .where(and(eq(users.email, email), domain === null ? undefined : eq(users.domainName, domain)))
  return row ?? null
}

async function keypairOf(
  context: GraphContext,
  args: { domain_name?: string | null; access_key?: string | null },
) {
  const { requester, ports } = context
  const { keypairs, users } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const [row] = await ports.store.db
    .select({ keypair: keypairs, domainName: users.domainName })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(eq(keypairs.accessKey, args.access_key ?? requester.accessKey))
  if (row && userBound(context) !== null && row.keypair.user !== requester.userUuid) throw forbidden()
  return row && (domain === null || row.domainName === domain) ? row.keypair : null
}

export const accountQueries: RootFields = {
  user: (_, args: { domain_name?: string | null; email?: string | null }, context) => userOf(context, args),
  keypair: (_, args: { domain_name?: string | null; access_key?: string | null }, context) =>
    keypairOf(context, args),
  group: async (_, args: { id: string; domain_name?: string | null }, context) =>
    (await groupsWhere(context, args))[0] ?? null,
  groups_by_name: (_, args: { name: string; domain_name?: string | null }, context) =>
    groupsWhere(context, args),
  groups: (_, args: GroupArgs, context) => groupsWhere(context, args),
}

export const userFields: FieldsOf<UserRow> = {
  id: (row) => row.uuid,
  is_active: (row) => row.status === 'active',
  groups: async (row, _, { loaders }) => await loaders.groupsOfUser.load(row.uuid),
}

const ownerOf = (row: KeypairRow, { loaders }: GraphContext) => loaders.user.load(row.user)

export const keypairFields: FieldsOf<KeypairRow> = {
  id: (row) => row.accessKey,
  full_name: async (row, _, context) => (await ownerOf(row, context))?.fullName ?? null,
  projects: async (row, _, { loaders }) =>
    (await loaders.groupsOfUser.load(row.user)).map(({ name }) => name),
  vfolders: async (row, _, { ports }) => {
    const { vfolders } = ports.store.tables
    return await ports.store.db
      .select()
      .from(vfolders)
      .where(eq(vfolders.user, row.user))
      .orderBy(desc(vfolders.createdAt))
  },
  compute_sessions: async (row, args: { status?: string | null }, { ports }) => {
    const { sessions } = ports.store.tables
    const statuses = readStatuses(args.status, SESSION_STATUSES)
    return await ports.store.db
      .select()
      .from(sessions)
      .where(
        and(eq(sessions.accessKey, row.accessKey), statuses ? inArray(sessions.status, statuses) : undefined),
      )
      .orderBy(desc(sessions.createdAt))
      .limit(1000)
  },
  concurrency_used: async (row, _, { ports }) => {
    const { sessions } = ports.store.tables
    const holding = LIVE_SESSION_STATUSES.filter((status) => status !== 'PENDING' && status !== 'ERROR')
    const [found] = await ports.store.db
      .select({ n: count() })
      .from(sessions)
      .where(and(eq(sessions.accessKey, row.accessKey), inArray(sessions.status, holding)))
    return found?.n ?? 0
  },
  user_info: async (row, _, context) => {
    const user = await ownerOf(row, context)
    return { email: user?.email ?? row.userId, full_name: user?.fullName ?? '' }
  },
  concurrency_limit: async (row, _, { ports }) => {
    const { keypairResourcePolicies: t } = ports.store.tables
    const [policy] = await ports.store.db
      .select({ limit: t.maxConcurrentSessions })
      .from(t)
      .where(eq(t.name, row.resourcePolicy))
    return policy?.limit ?? null
  },
}

export const groupFields: FieldsOf<GroupRow> = {
  scaling_groups: async (row, _, { ports }) => {
    const { scalingGroupGroups: t } = ports.store.tables
    const rows = await ports.store.db
      .select({ name: t.scalingGroup })
      .from(t)
      .where(eq(t.group, row.id))
      .orderBy(asc(t.scalingGroup))
    return rows.map(({ name }) => name)
  },
}

type FolderRow = GraphContext['ports']['store']['tables']['vfolders']['$inferSelect']

export const folderFields: FieldsOf<FolderRow> = {
  user_email: async (row, _, { loaders }) =>
    row.user === null ? null : ((await loaders.user.load(row.user))?.email ?? null),
  group_name: async (row, _, { loaders }) =>
    row.group === null ? null : ((await loaders.group.load(row.group))?.name ?? null),
}
