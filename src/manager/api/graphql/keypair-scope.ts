import { and, desc, eq, type SQL } from 'drizzle-orm'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { userById } from './loaders.ts'
import type { QueryColumns } from './query-columns.ts'
import type { KeypairRow } from './rows.ts'
import { notYours } from './user-scope.ts'

export interface KeypairFilter {
  domain_name?: string | null
  /** The owner's. */
  email?: string | null
  is_active?: boolean | null
}

/** The keypairs of a list: users list their own, administrators those of their domain. @throws Problem */
export function listedKeypairs(context: GraphContext, args: KeypairFilter): SQL | undefined {
  const { requester, ports } = context
  const { keypairs: t, users } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const self = userBound(context)
  if (self !== null && args.email && args.email !== requester.email) throw notYours()
  return and(
    domain === null ? undefined : eq(users.domainName, domain),
    self === null ? undefined : eq(t.user, self),
    args.email ? eq(users.email, args.email) : undefined,
    typeof args.is_active === 'boolean' ? eq(t.isActive, args.is_active) : undefined,
  )
}

/** The secret as far as the requester may have it: a superadmin's would make its reader one. */
export async function shownSecret(row: KeypairRow, context: GraphContext): Promise<string | null> {
  const { requester } = context
  if (requester.isSuperadmin || row.user === requester.userUuid) return row.secretKey
  const owner = await userById(context, row.user)
  const isReachable = requester.role === 'admin' && owner?.domainName === requester.domainName
  return isReachable && owner?.role !== 'superadmin' ? row.secretKey : null
}

/** What lists of keypairs, joined with their owners, are filtered and ordered by. */
export function keypairQueryColumns({ ports }: GraphContext): QueryColumns {
  const { keypairs: t, users } = ports.store.tables
  return {
    id: { column: t.accessKey, kind: 'text' },
    access_key: { column: t.accessKey, kind: 'text' },
    user_id: { column: t.userId, kind: 'text' },
    user: { column: t.user, kind: 'uuid' },
    email: { column: users.email, kind: 'text' },
    full_name: { column: users.fullName, kind: 'text' },
    domain_name: { column: users.domainName, kind: 'text' },
    is_active: { column: t.isActive, kind: 'boolean' },
    is_admin: { column: t.isAdmin, kind: 'boolean' },
    resource_policy: { column: t.resourcePolicy, kind: 'text' },
    created_at: { column: t.createdAt, kind: 'time' },
    last_used: { column: t.lastUsed, kind: 'time' },
    rate_limit: { column: t.rateLimit, kind: 'number' },
    num_queries: { column: t.numQueries, kind: 'number' },
    ssh_public_key: { column: t.sshPublicKey, kind: 'text' },
  }
}

/** The newest first. */
export function keypairOrder({ ports }: GraphContext): SQL[] {
  const { keypairs: t } = ports.store.tables
  return [desc(t.createdAt), desc(t.accessKey)]
}
