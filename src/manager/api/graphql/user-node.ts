import { and, eq, type SQL } from 'drizzle-orm'
import { type ConnectionArgs, connection } from './connection.ts'
import type { GraphContext } from './context.ts'
import { globalId, idOfNode } from './global-id.ts'
import type { GraphResource } from './resource.ts'
import type { UserRow } from './rows.ts'
import sdl from './user-node.graphql' with { type: 'text' }
import { userQueryColumns, visibleUsers } from './user-scope.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

async function userOfNode(context: GraphContext, id: string): Promise<UserRow | null> {
  const { users: t } = context.ports.store.tables
  const visible = visibleUsers(context)
  if (!UUID.test(id)) return null
  const [row] = await context.ports.store.db
    .select()
    .from(t)
    .where(and(eq(t.uuid, id.toLowerCase()), visible))
  return row ?? null
}

/** A connection of the users that the requester may see, and that `which` is true of. */
export function userConnection(context: GraphContext, args: ConnectionArgs, which?: SQL) {
  const { users: t } = context.ports.store.tables
  return connection<UserRow>(context, args, {
    type: 'UserNode',
    table: t,
    key: t.uuid,
    columns: userQueryColumns(context),
    visible: and(visibleUsers(context), which),
    keyOf: (row) => row.uuid,
    select: ({ where, orderBy, limit, offset }) =>
      context.ports.store.db
        .select()
        .from(t)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
  })
}

export const userNode = {
  sdl,
  queries: {
    user_node: (_, { id }, context) => userOfNode(context, idOfNode('UserNode', id)),
    user_nodes: (_, args, context) => userConnection(context, args),
  },
  types: {
    UserNode: {
      id: (row) => globalId('UserNode', row.uuid),
      is_active: (row) => row.status === 'active',
    },
  },
  nodes: { UserNode: userOfNode },
} satisfies GraphResource
