import { and, desc, eq, getTableColumns, inArray } from 'drizzle-orm'
import type { GraphContext, PageArgs } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import { visibleEndpoints } from './endpoint.ts'
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import sdl from './routing.graphql' with { type: 'text' }

async function routePage(context: GraphContext, args: PageArgs & { endpoint_id?: string | null }) {
  const { dialect, db, tables } = context.ports.store
  const { routings: t, endpoints } = tables
  const columns: QueryColumns = {
    id: { column: t.id, kind: 'uuid' },
    routing_id: { column: t.id, kind: 'uuid' },
    endpoint: { column: t.endpoint, kind: 'uuid' },
    session: { column: t.session, kind: 'uuid' },
    status: { column: t.status, kind: 'lower' },
    traffic_ratio: { column: t.trafficRatio, kind: 'number' },
    created_at: { column: t.createdAt, kind: 'time' },
  }
  const where = and(
    visibleEndpoints(context),
    args.endpoint_id ? eq(t.endpoint, args.endpoint_id) : undefined,
    filterCondition(dialect, columns, args.filter),
  )
  const { limit, offset } = pageBounds(args)
  const isOf = eq(t.endpoint, endpoints.id)
  return {
    items: await db
      .select(getTableColumns(t))
      .from(t)
      .innerJoin(endpoints, isOf)
      .where(where)
      .orderBy(...orderTerms(columns, args.order, [desc(t.createdAt), desc(t.id)]))
      .limit(limit)
      .offset(offset),
    total_count: await countOf(db.select(counted).from(t).innerJoin(endpoints, isOf).where(where)),
  }
}

const endpointById = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { endpoints: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(inArray(t.id, [...ids]))
  return byKey(rows, ({ id }) => id)
})

export const routing = {
  sdl,
  queries: {
    routing: async (_, { routing_id }, context) => {
      const { routings: t, endpoints } = context.ports.store.tables
      const [row] = await context.ports.store.db
        .select(getTableColumns(t))
        .from(t)
        .innerJoin(endpoints, eq(t.endpoint, endpoints.id))
        .where(and(eq(t.id, routing_id), visibleEndpoints(context)))
      return row ?? null
    },
    routing_list: (_, args, context) => routePage(context, args),
  },
  types: {
    Routing: {
      routing_id: (row) => row.id,
      endpoint: async (row, _, context) => (await endpointById(context, row.endpoint))?.url ?? null,
      status: (row) => row.status.toUpperCase(),
    },
  },
} satisfies GraphResource
