import { and, asc, desc, eq, inArray, or, type SQL } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { RouteStatus } from '../../../db/tables/services.ts'
import { modifyEndpoint } from '../../services/endpoints/modify-endpoint.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { defineLoader } from './define-loader.ts'
import sdl from './endpoint.graphql' with { type: 'text' }
import { imageById } from './image.ts'
import { userById } from './loaders.ts'
import { outcome } from './outcome.ts'
import { counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms, type QueryColumns } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import type { EndpointRow, RoutingRow } from './rows.ts'
import type { Objects } from './types.generated.ts'
import { visibleFolderById } from './vfolder.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Starts that may fail before a service counts as broken. */
const MAX_RETRIES = 5
const RUNTIME_VARIANTS: Readonly<Record<string, string>> = {
  custom: 'Custom (Default)',
  vllm: 'vLLM',
  nim: 'NVIDIA NIM',
  cmd: 'Predefined Image Command',
}

/** Services that the requester may see: their own, those of their domain, or all. */
export function visibleEndpoints(context: GraphContext, domainName?: string | null): SQL | undefined {
  const { endpoints: t } = context.ports.store.tables
  const domain = domainBound(context, domainName)
  const user = userBound(context)
  return and(
    domain === null ? undefined : eq(t.domain, domain),
    user === null ? undefined : or(eq(t.sessionOwner, user), eq(t.createdUser, user)),
  )
}

function endpointColumns({ ports }: GraphContext): QueryColumns {
  const { endpoints: t } = ports.store.tables
  return {
    id: { column: t.id, kind: 'uuid' },
    name: { column: t.name, kind: 'text' },
    model: { column: t.model, kind: 'uuid' },
    domain: { column: t.domain, kind: 'text' },
    project: { column: t.project, kind: 'uuid' },
    resource_group: { column: t.resourceGroup, kind: 'text' },
    url: { column: t.url, kind: 'text' },
    lifecycle_stage: { column: t.lifecycleStage, kind: 'lower' },
    open_to_public: { column: t.openToPublic, kind: 'boolean' },
    created_user_id: { column: t.createdUser, kind: 'uuid' },
    session_owner: { column: t.sessionOwner, kind: 'uuid' },
    desired_session_count: { column: t.desiredSessionCount, kind: 'number' },
    runtime_variant: { column: t.runtimeVariant, kind: 'lower' },
    tag: { column: t.tag, kind: 'text' },
    created_at: { column: t.createdAt, kind: 'time' },
    destroyed_at: { column: t.destroyedAt, kind: 'time' },
  }
}

const uuidArgument = (name: string, text: string): string => {
  if (UUID.test(text)) return text.toLowerCase()
  throw new Problem('invalid-api-params', {
    msg: `${name}: "${text}" is no UUID.`,
    data: { [name]: 'expected a UUID' },
  })
}

interface EndpointArgs extends PageArgs {
  domain_name?: string | null
  group_id?: string | null
  user_uuid?: string | null
  project?: string | null
}

async function endpointPage(context: GraphContext, args: EndpointArgs) {
  const { dialect, db, tables } = context.ports.store
  const { endpoints: t } = tables
  const columns = endpointColumns(context)
  const project = args.project ?? args.group_id
  const where = and(
    visibleEndpoints(context, args.domain_name),
    project ? eq(t.project, uuidArgument('project', project)) : undefined,
    args.user_uuid ? eq(t.sessionOwner, uuidArgument('user_uuid', args.user_uuid)) : undefined,
    filterCondition(dialect, columns, args.filter),
  )
  const { limit, offset } = pageBounds(args)
  return {
    items: await db
      .select()
      .from(t)
      .where(where)
      .orderBy(...orderTerms(columns, args.order, [desc(t.createdAt), desc(t.id)]))
      .limit(limit)
      .offset(offset),
    total_count: await countOf(db.select(counted).from(t).where(where)),
  }
}

const routesByEndpoint = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { routings: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(inArray(t.endpoint, [...ids]))
    .orderBy(asc(t.createdAt), asc(t.id))
  return Map.groupBy(rows, ({ endpoint }) => endpoint)
})

const routesOf = async (context: GraphContext, row: EndpointRow): Promise<RoutingRow[]> =>
  (await routesByEndpoint(context, row.id)) ?? []

/** How a service does, in the original's words. */
function statusOf({ lifecycleStage, retries }: EndpointRow, routes: readonly RoutingRow[]): string {
  if (lifecycleStage !== 'created') return lifecycleStage.toUpperCase()
  if (routes.length === 0) return 'READY'
  if (retries > MAX_RETRIES) return 'UNHEALTHY'
  const has = (status: RouteStatus) => routes.some((route) => route.status === status)
  if (routes.every(({ status }) => status === 'healthy')) return 'HEALTHY'
  return has('unhealthy') ? 'DEGRADED' : 'PROVISIONING'
}

/** What a route that failed to start wrote down. */
function failuresOf(routes: readonly RoutingRow[]): Objects['InferenceSessionError'][] {
  return routes
    .filter(({ status }) => status === 'failed_to_start')
    .map(({ session, errorData }) => {
      const { errors, session_id: failed } = errorData ?? {}
      const list: unknown[] = Array.isArray(errors) ? errors : []
      return {
        session_id: typeof failed === 'string' ? failed : session,
        errors: list.map((one) => {
          const text = (key: string) => String(Object(one)[key] ?? '')
          return { src: text('src'), name: text('name'), repr: text('repr') }
        }),
      }
    })
}

const emailOf = async (context: GraphContext, uuid: string) => (await userById(context, uuid))?.email ?? null

export const endpoint = {
  sdl,
  queries: {
    endpoint: async (_, { endpoint_id }, context) => {
      const { endpoints: t } = context.ports.store.tables
      const [row] = await context.ports.store.db
        .select()
        .from(t)
        .where(and(eq(t.id, endpoint_id), visibleEndpoints(context)))
      return row ?? null
    },
    endpoint_list: (_, args, context) => endpointPage(context, args),
  },
  mutations: {
    modify_endpoint: (_, { endpoint_id: id, props }, context) =>
      outcome(context, async () => {
        const asked = { id, visible: visibleEndpoints(context), props }
        return { endpoint: await modifyEndpoint(context.ports, context.requester, asked) }
      }),
  },
  types: {
    Endpoint: {
      endpoint_id: (row) => row.id,
      image: async (row, _, context) => (await imageById(context, row.image))?.name ?? null,
      image_object: async (row, _, context) => (await imageById(context, row.image)) ?? null,
      model_mount_destiation: (row) => row.modelMountDestination,
      extra_mounts: (row, _, context) =>
        Promise.all(row.extraMounts.map(({ vfolderId }) => visibleFolderById(context, vfolderId))),
      created_user: (row) => row.createdUser,
      created_user_id: (row) => row.createdUser,
      created_user_email: (row, _, context) => emailOf(context, row.createdUser),
      session_owner: (row) => row.sessionOwner,
      session_owner_id: (row) => row.sessionOwner,
      session_owner_email: (row, _, context) => emailOf(context, row.sessionOwner),
      runtime_variant: ({ runtimeVariant: name }) => ({
        name,
        human_readable_name: RUNTIME_VARIANTS[name] ?? name,
      }),
      routings: (row, _, context) => routesOf(context, row),
      status: async (row, _, context) => statusOf(row, await routesOf(context, row)),
      lifecycle_stage: (row) => row.lifecycleStage.toUpperCase(),
      errors: async (row, _, context) => failuresOf(await routesOf(context, row)),
    },
  },
} satisfies GraphResource
