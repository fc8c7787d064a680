import { connection } from './connection.ts'
import type { GraphContext } from './context.ts'
import { globalId, idOfNode } from './global-id.ts'
import type { GraphResource } from './resource.ts'
import type { FolderRow } from './rows.ts'
import type { Arguments } from './types.generated.ts'
import { folderFields, visibleFolder } from './vfolder.ts'
import sdl from './vfolder-node.graphql' with { type: 'text' }
import { folderColumns, visibleFolders } from './vfolder-scope.ts'

function folderNodes(context: GraphContext, args: Arguments['Queries']['vfolder_nodes']) {
  const { db, tables } = context.ports.store
  const { vfolders: t } = tables
  return connection<FolderRow>(context, args, {
    type: 'VirtualFolderNode',
    table: t,
    key: t.id,
    columns: folderColumns(context),
    visible: visibleFolders(context),
    keyOf: (row) => row.id,
    select: async ({ where, orderBy, limit, offset }) =>
      await db
        .select()
        .from(t)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .offset(offset),
  })
}

export const vfolderNode = {
  sdl,
  queries: {
    vfolder_node: (_, { id }, context) => visibleFolder(context, idOfNode('VirtualFolderNode', id)),
    vfolder_nodes: (_, args, context) => folderNodes(context, args),
  },
  types: {
    VirtualFolderNode: {
      ...folderFields,
      id: (row) => globalId('VirtualFolderNode', row.id),
      row_id: (row) => row.id,
    },
  },
  nodes: { VirtualFolderNode: visibleFolder },
} satisfies GraphResource
