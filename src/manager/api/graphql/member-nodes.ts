import { and, asc, count, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { type Connection, type ConnectionArgs, checkArguments, connectionOf, sliceOf } from './connection.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import { filterCondition, orderTerms } from './query-columns.ts'
import type { UserRow } from './rows.ts'
import { userConnection } from './user-node.ts'
import { userQueryColumns, visibleUsers } from './user-scope.ts'

interface Key {
  group: string
  args: ConnectionArgs
}

/** The members of a project that the requester may see; those of many projects at once cost two statements. */
export async function memberNodes(
  context: GraphContext,
  group: string,
  args: ConnectionArgs,
): Promise<Connection<UserRow>> {
  const { db, tables } = context.ports.store
  const { users, groupMembers: t } = tables
  // A cursor has its place in one project's list only.
  if (args.before || args.after) {
    const members = db.select({ userId: t.userId }).from(t).where(eq(t.groupId, group))
    return await userConnection(context, args, inArray(users.uuid, members))
  }
  // Here, so that what is wrong fails this field alone.
  checkArguments(args)
  selection(context, args)
  const found = await pages(context, { group, args })
  return found ?? connectionOf(SOURCE, [], { start: 0, end: 0, total: 0 })
}

/** More members than any project has. */
const ALL = Number.MAX_SAFE_INTEGER
const SOURCE = { type: 'UserNode', keyOf: (row: UserRow) => row.uuid } as const

const pages = defineLoader<Key, Connection<UserRow>>(async (_, keys, context) => {
  const alike = Map.groupBy(keys, ({ args }) => JSON.stringify(args))
  const all = [...alike.values()].flatMap((some) => {
    const [first] = some
    return first ? [pagesOf(context, some, first.args)] : []
  })
  return new Map((await Promise.all(all)).flat())
})

/** @throws Problem */
function selection(context: GraphContext, args: ConnectionArgs) {
  const { dialect, tables } = context.ports.store
  const columns = userQueryColumns(context)
  return {
    where: and(visibleUsers(context), filterCondition(dialect, columns, args.filter)),
    orderBy: orderTerms(columns, args.order, [asc(tables.users.uuid)]),
  }
}

async function pagesOf(
  context: GraphContext,
  keys: readonly Key[],
  args: ConnectionArgs,
): Promise<[Key, Connection<UserRow>][]> {
  const { db, tables } = context.ports.store
  const { users, groupMembers: t } = tables
  const { where, orderBy } = selection(context, args)
  const groups = keys.map(({ group }) => group)
  const ofThese = and(inArray(t.groupId, groups), where)
  const counts = await db
    .select({ group: t.groupId, n: count() })
    .from(t)
    .innerJoin(users, eq(users.uuid, t.userId))
    .where(ofThese)
    .groupBy(t.groupId)
  const totals = new Map(counts.map(({ group, n }) => [group, n]))
  const sliceFor = (group: string) => {
    const total = totals.get(group) ?? 0
    return { ...sliceOf(args, { total, before: total, after: args.offset ?? 0 }), total }
  }
  const order = sql.join([...orderBy], sql`, `)
  const ranked = db
    .select({
      ...getTableColumns(users),
      memberOf: t.groupId,
      place: sql<number>`row_number() over (partition by ${t.groupId} order by ${order})`.as('place'),
      members: sql<number>`count(*) over (partition by ${t.groupId})`.as('members'),
    })
    .from(t)
    .innerJoin(users, eq(users.uuid, t.userId))
    .where(ofThese)
    .as('ranked')
  const { start, end } = sliceOf(args, { total: ALL, before: ALL, after: args.offset ?? 0 })
  const inSlice =
    typeof args.last === 'number'
      ? sql`${ranked.place} > ${ranked.members} - ${end - start}`
      : sql`${ranked.place} > ${start} and ${ranked.place} <= ${end}`
  const rows = await db
    .select()
    .from(ranked)
    .where(inSlice)
    .orderBy(sql`${ranked.memberOf}`, sql`${ranked.place}`)
  const byGroup = Map.groupBy(rows, ({ memberOf }) => memberOf)
  return keys.map((key) => [key, connectionOf(SOURCE, byGroup.get(key.group) ?? [], sliceFor(key.group))])
}
