import { and, desc, eq, getTableColumns } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { visibleEndpoints } from './endpoint.ts'
import sdl from './endpoint-token.graphql' with { type: 'text' }
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'

async function tokenPage(context: GraphContext, args: PageArgs & { endpoint_id?: string | null }) {
  const { dialect, db, tables } = context.ports.store
  const { endpointTokens: t, endpoints } = tables
  const columns: QueryColumns = {
    id: { column: t.id, kind: 'uuid' },
    token: { column: t.token, kind: 'text' },
    endpoint_id: { column: t.endpoint, kind: 'uuid' },
    domain: { column: t.domain, kind: 'text' },
    project: { column: t.project, kind: 'uuid' },
    session_owner: { column: t.sessionOwner, kind: 'uuid' },
    created_at: { column: t.createdAt, kind: 'time' },
    valid_until: { column: t.validUntil, kind: 'time' },
  }
  const where = and(
    visibleEndpoints(context),
    args.endpoint_id ? eq(t.endpoint, args.endpoint_id) : undefined,
    filterCondition(dialect, columns, args.filter),
  )
  const { limit, offset } = pageBounds(args)
  // Tokens of a service that is gone open nothing and are not listed.
  const isOf = eq(t.endpoint, endpoints.id)
  return {
    items: await db
      .select({ ...getTableColumns(t), endpointId: endpoints.id })
      .from(t)
      .innerJoin(endpoints, isOf)
      .where(where)
      .orderBy(...orderTerms(columns, args.order, [desc(t.createdAt), desc(t.id)]))
      .limit(limit)
      .offset(offset),
    total_count: await countOf(db.select(counted).from(t).innerJoin(endpoints, isOf).where(where)),
  }
}

export const endpointToken = {
  sdl,
  queries: {
    endpoint_token: async (_, { token }, context) => {
      const { endpointTokens: t, endpoints } = context.ports.store.tables
      const [row] = await context.ports.store.db
        .select({ ...getTableColumns(t), endpointId: endpoints.id })
        .from(t)
        .innerJoin(endpoints, eq(t.endpoint, endpoints.id))
        .where(and(eq(t.token, token), visibleEndpoints(context)))
      if (!row) throw notFound('endpoint token')
      return row
    },
    endpoint_token_list: (_, args, context) => tokenPage(context, args),
  },
} satisfies GraphResource
