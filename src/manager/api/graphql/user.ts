import { and, eq, type SQL } from 'drizzle-orm'
import { createUser } from '../../services/identity/create-user.ts'
import { deleteUser } from '../../services/identity/delete-user.ts'
import { modifyUser } from '../../services/identity/modify-user.ts'
import { purgeUser } from '../../services/identity/purge-user.ts'
import { readUuids } from '../../services/identity/uuids.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { groupsOfUser } from './loaders.ts'
import { outcome } from './outcome.ts'
import { askedOrder, counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import sdl from './user.graphql' with { type: 'text' }
import { listedUsers, notYours, type UserFilter, userOrder, userQueryColumns } from './user-scope.ts'

async function oneUser(context: GraphContext, domainName: string | null | undefined, which: SQL) {
  const { users: t } = context.ports.store.tables
  const domain = domainBound(context, domainName)
  const [row] = await context.ports.store.db
    .select()
    .from(t)
    .where(and(which, domain === null ? undefined : eq(t.domainName, domain)))
  return row ?? null
}

function userByEmail(context: GraphContext, domainName: string | null | undefined, email: string) {
  const { users: t } = context.ports.store.tables
  if (userBound(context) !== null && email !== context.requester.email) throw notYours()
  return oneUser(context, domainName, eq(t.email, email))
}

async function userByUuid(context: GraphContext, domainName: string | null | undefined, id: string) {
  const { users: t } = context.ports.store.tables
  const [uuid = ''] = readUuids('user_id', [id])
  if (userBound(context) !== null && uuid !== context.requester.userUuid) throw notYours()
  return await oneUser(context, domainName, eq(t.uuid, uuid))
}

async function allUsers(context: GraphContext, args: UserFilter) {
  return await context.ports.store.db
    .select()
    .from(context.ports.store.tables.users)
    .where(listedUsers(context, args))
    .orderBy(...userOrder(context))
}

async function userPage(context: GraphContext, args: UserFilter & PageArgs) {
  const { db, dialect, tables } = context.ports.store
  const columns = userQueryColumns(context)
  const where = and(listedUsers(context, args), filterCondition(dialect, columns, args.filter))
  const { limit, offset } = pageBounds(args)
  return {
    total_count: await countOf(db.select(counted).from(tables.users).where(where)),
    items: await db
      .select()
      .from(tables.users)
      .where(where)
      .orderBy(...orderTerms(columns, askedOrder(args), userOrder(context)))
      .limit(limit)
      .offset(offset),
  }
}

export const user = {
  sdl,
  queries: {
    user: (_, args, context) => userByEmail(context, args.domain_name, args.email ?? context.requester.email),
    user_from_uuid: (_, args, context) =>
      userByUuid(context, args.domain_name, args.user_id ?? context.requester.userUuid),
    users: (_, args, context) => allUsers(context, args),
    user_list: (_, args, context) => userPage(context, args),
  },
  mutations: {
    create_user: (_, { email, props }, context) =>
      outcome(context, async (identity) => ({
        user: await createUser(identity, context.requester, email, props),
      })),
    modify_user: (_, { email, props }, context) =>
      outcome(context, async (identity) => ({
        user: await modifyUser(identity, context.requester, email, props),
      })),
    delete_user: (_, { email }, context) =>
      outcome(context, (identity) => deleteUser(identity, context.requester, email)),
    purge_user: (_, { email, props }, context) =>
      outcome(context, (identity) =>
        purgeUser(identity, context.requester, email, props.purge_shared_vfolders ?? false),
      ),
  },
  types: {
    User: {
      id: (row) => row.uuid,
      is_active: (row) => row.status === 'active',
      groups: (row, _, context) => groupsOfUser(context, row.uuid),
    },
  },
} satisfies GraphResource
