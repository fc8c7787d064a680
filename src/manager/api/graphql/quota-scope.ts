import { and, count, eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { domainBound, requireSuperadmin, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { groupsOfUser } from './loaders.ts'
import sdl from './quota-scope.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

const SCOPE = /^(user|project):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

interface ScopeArgs {
  storage_host_name: string
  quota_scope_id: string
}

/** @throws Problem for what is no scope, and for scopes of others. */
async function checkedScope(context: GraphContext, args: ScopeArgs) {
  const [, kind, id] = SCOPE.exec(args.quota_scope_id) ?? []
  if (!kind || !id) {
    throw new Problem('invalid-api-params', {
      msg: `"${args.quota_scope_id}" is no quota scope: user:<uuid> or project:<uuid>.`,
      data: { quota_scope_id: 'expected user:<uuid> or project:<uuid>' },
    })
  }
  const owner = { isUser: kind.toLowerCase() === 'user', id: id.toLowerCase() }
  if (!(await isVisible(context, owner))) {
    throw new Problem('generic-forbidden', { msg: 'This quota scope is not yours to see.' })
  }
  const scope = `${owner.isUser ? 'user' : 'project'}:${owner.id}`
  return {
    id: `${args.storage_host_name}/${scope}`,
    quota_scope_id: scope,
    storage_host_name: args.storage_host_name,
  }
}

async function isVisible(context: GraphContext, { isUser, id }: { isUser: boolean; id: string }) {
  const domain = domainBound(context, null)
  if (domain === null) return true
  const { requester, ports } = context
  if (isUser && id === requester.userUuid) return true
  if (!isUser && (await groupsOfUser(context, requester.userUuid)).some((group) => group.id === id))
    return true
  if (userBound(context) !== null) return false
  const { users, groups } = ports.store.tables
  const rows = isUser
    ? await ports.store.db
        .select({ id: users.uuid })
        .from(users)
        .where(and(eq(users.uuid, id), eq(users.domainName, domain)))
    : await ports.store.db
        .select({ id: groups.id })
        .from(groups)
        .where(and(eq(groups.id, id), eq(groups.domainName, domain)))
  return rows.length > 0
}

/** The limit that the owner's policy gives to new scopes; null is none. @throws Problem */
async function limitOfPolicy({ ports }: GraphContext, scope: string): Promise<number | null> {
  const { db, tables } = ports.store
  const { users, groups, userResourcePolicies: u, projectResourcePolicies: p } = tables
  const id = scope.slice(scope.indexOf(':') + 1)
  const [found] = scope.startsWith('user:')
    ? await db
        .select({ size: u.maxQuotaScopeSize })
        .from(users)
        .innerJoin(u, eq(users.resourcePolicy, u.name))
        .where(eq(users.uuid, id))
    : await db
        .select({ size: p.maxQuotaScopeSize })
        .from(groups)
        .innerJoin(p, eq(groups.resourcePolicy, p.name))
        .where(eq(groups.id, id))
  if (!found) throw notFound('quota scope', `Nobody owns the quota scope ${scope}.`)
  return found.size > 0 ? found.size : null
}

async function detailsOf(context: GraphContext, host: string, scope: string) {
  try {
    const { usedBytes, limitBytes } = await context.ports.storage.quota(host, scope)
    const usage_count = await foldersOf(context, host, scope)
    return { usage_bytes: usedBytes, usage_count, hard_limit_bytes: limitBytes }
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== 'object-not-found') throw error
    // A scope comes to be with its first folder; until then its policy tells what it will have.
    const limit = await limitOfPolicy(context, scope)
    return { usage_bytes: null, usage_count: 0, hard_limit_bytes: limit }
  }
}

/** How many folders a scope holds. */
async function foldersOf({ ports }: GraphContext, host: string, scope: string): Promise<number> {
  const { vfolders: f } = ports.store.tables
  const [row] = await ports.store.db
    .select({ n: count() })
    .from(f)
    .where(and(eq(f.host, host), eq(f.quotaScopeId, scope)))
  return row?.n ?? 0
}

export const quotaScope = {
  sdl,
  queries: { quota_scope: (_, args, context) => checkedScope(context, args) },
  mutations: {
    set_quota_scope: async (_, args, context) => {
      requireSuperadmin(context)
      const scope = await checkedScope(context, args)
      const { hard_limit_bytes: limit } = args.props
      if (typeof limit === 'number' && limit < 0) {
        throw new Problem('invalid-api-params', { msg: 'hard_limit_bytes must not be negative.', data: {} })
      }
      await context.ports.storage.setQuota(args.storage_host_name, scope.quota_scope_id, limit ?? null)
      return { quota_scope: scope }
    },
    unset_quota_scope: async (_, args, context) => {
      requireSuperadmin(context)
      const scope = await checkedScope(context, args)
      await context.ports.storage.setQuota(args.storage_host_name, scope.quota_scope_id, null)
      return { quota_scope: scope }
    },
  },
  types: {
    QuotaScope: {
      details: (row, _, context) => detailsOf(context, row.storage_host_name, row.quota_scope_id),
    },
  },
} satisfies GraphResource
