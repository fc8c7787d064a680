import { and, eq } from 'drizzle-orm'
import { type ConnectionArgs, connection } from './connection.ts'
import type { GraphContext } from './context.ts'
import { globalId, idOfNode } from './global-id.ts'
import sdl from './group-node.graphql' with { type: 'text' }
import { memberNodes } from './member-nodes.ts'
import { projectType, scalingGroupsOfProject, visibleProjects } from './project-scope.ts'
import type { QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import type { GroupRow } from './rows.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function groupColumns({ ports }: GraphContext): QueryColumns {
  const { groups: t } = ports.store.tables
  return {
    id: { column: t.id, kind: 'uuid' },
    row_id: { column: t.id, kind: 'uuid' },
    name: { column: t.name, kind: 'text' },
    description: { column: t.description, kind: 'text' },
    is_active: { column: t.isActive, kind: 'boolean' },
    created_at: { column: t.createdAt, kind: 'time' },
    modified_at: { column: t.modifiedAt, kind: 'time' },
    domain_name: { column: t.domainName, kind: 'text' },
    integration_id: { column: t.integrationId, kind: 'text' },
    resource_policy: { column: t.resourcePolicy, kind: 'text' },
    type: { column: t.type, kind: 'lower' },
  }
}

async function groupOfNode(context: GraphContext, id: string): Promise<GroupRow | null> {
  const { groups: t } = context.ports.store.tables
  const visible = visibleProjects(context)
  if (!UUID.test(id)) return null
  const [row] = await context.ports.store.db
    .select()
    .from(t)
    .where(and(eq(t.id, id.toLowerCase()), visible))
  return row ?? null
}

function groupConnection(context: GraphContext, args: ConnectionArgs) {
  const { groups: t } = context.ports.store.tables
  return connection<GroupRow>(context, args, {
    type: 'GroupNode',
    table: t,
    key: t.id,
    columns: groupColumns(context),
    visible: visibleProjects(context),
    keyOf: (row) => row.id,
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

export const groupNode = {
  sdl,
  queries: {
    group_node: (_, { id }, context) => groupOfNode(context, idOfNode('GroupNode', id)),
    group_nodes: (_, args, context) => groupConnection(context, args),
  },
  types: {
    GroupNode: {
      id: (row) => globalId('GroupNode', row.id),
      row_id: (row) => row.id,
      type: projectType,
      scaling_groups: (row, _, context) => scalingGroupsOfProject(context, row.id),
      user_nodes: (row, args, context) => memberNodes(context, row.id, args),
    },
  },
  nodes: { GroupNode: groupOfNode },
} satisfies GraphResource
