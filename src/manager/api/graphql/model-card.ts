import { and, eq, inArray, type SQL } from 'drizzle-orm'
import { domainBound } from './access.ts'
import { connection } from './connection.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import { globalId, idOfNode } from './global-id.ts'
import sdl from './model-card.graphql' with { type: 'text' }
import { type ModelDefinition, readModelDefinition } from './model-definition.ts'
import type { GraphResource } from './resource.ts'
import type { FolderRow } from './rows.ts'
import { folderColumns } from './vfolder-scope.ts'

/** The models that a domain offers: folders of its model stores. */
function storedModels(context: GraphContext): SQL | undefined {
  const { db, tables } = context.ports.store
  const { vfolders: t, groups } = tables
  const domain = domainBound(context, null)
  const stores = db
    .select({ id: groups.id })
    .from(groups)
    .where(
      and(
        eq(groups.type, 'model-store'),
        eq(groups.isActive, true),
        domain === null ? undefined : eq(groups.domainName, domain),
      ),
    )
  return and(eq(t.usageMode, 'model'), eq(t.status, 'ready'), inArray(t.group, stores))
}

async function modelFolder(context: GraphContext, id: string): Promise<FolderRow | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null
  const { vfolders: t } = context.ports.store.tables
  const [row] = await context.ports.store.db
    .select()
    .from(t)
    .where(and(eq(t.id, id), storedModels(context)))
  return row ?? null
}

const definitions = defineLoader(async ({ storage }, rows: readonly FolderRow[]) => {
  const found = await Promise.all(rows.map((row) => readModelDefinition(storage, row)))
  return new Map(rows.map((row, index) => [row, found[index]]))
})

const definitionOf = async (context: GraphContext, row: FolderRow): Promise<ModelDefinition> =>
  (await definitions(context, row)) ?? { model: null, readme: null, readmeType: null, fault: null }

const metadataOf = async (context: GraphContext, row: FolderRow) =>
  (await definitionOf(context, row)).model?.metadata ?? null

export const modelCard = {
  sdl,
  queries: {
    model_card: (_, { id }, context) => modelFolder(context, idOfNode('ModelCard', id)),
    model_cards: (_, args, context) => {
      const { db, tables } = context.ports.store
      const { vfolders: t } = tables
      return connection<FolderRow>(context, args, {
        type: 'ModelCard',
        table: t,
        key: t.id,
        columns: folderColumns(context),
        visible: storedModels(context),
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
    },
  },
  types: {
    ModelCard: {
      id: (row) => globalId('ModelCard', row.id),
      row_id: (row) => row.id,
      name: async (row, _, context) => (await definitionOf(context, row)).model?.name ?? row.name,
      vfolder: (row) => row,
      vfolder_node: (row) => row,
      author: async (row, _, context) => (await metadataOf(context, row))?.author ?? row.creator,
      title: async (row, _, context) => (await metadataOf(context, row))?.title ?? row.name,
      version: async (row, _, context) => (await metadataOf(context, row))?.version ?? null,
      created_at: async (row, _, context) => (await metadataOf(context, row))?.created ?? row.createdAt,
      modified_at: async (row, _, context) =>
        (await metadataOf(context, row))?.last_modified ?? row.createdAt,
      description: async (row, _, context) => (await metadataOf(context, row))?.description ?? null,
      task: async (row, _, context) => (await metadataOf(context, row))?.task ?? null,
      category: async (row, _, context) => (await metadataOf(context, row))?.category ?? null,
      architecture: async (row, _, context) => (await metadataOf(context, row))?.architecture ?? null,
      framework: async (row, _, context) => (await metadataOf(context, row))?.framework ?? [],
      label: async (row, _, context) => (await metadataOf(context, row))?.label ?? [],
      license: async (row, _, context) => (await metadataOf(context, row))?.license ?? null,
      min_resource: async (row, _, context) => (await metadataOf(context, row))?.min_resource ?? null,
      readme: async (row, _, context) => (await definitionOf(context, row)).readme,
      readme_filetype: async (row, _, context) => (await definitionOf(context, row)).readmeType,
      error_msg: async (row, _, context) => (await definitionOf(context, row)).fault,
    },
  },
  nodes: { ModelCard: modelFolder },
} satisfies GraphResource
