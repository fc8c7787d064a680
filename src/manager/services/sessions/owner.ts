import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { enqueueQueries } from './enqueue-queries.ts'

type Readable = Pick<Store, 'db' | 'tables'>

/**
 * Whose sessions a request is about: the requester's own, or those of `wanted` where roles allow it
 * (domain-model.md §3): superadmins anybody's, domain admins those of their domain but no superadmin's.
 */
export async function ownerKey(
  store: Readable,
  requester: Requester,
  wanted: string | null,
): Promise<string> {
  if (wanted === null || wanted === '' || wanted === requester.accessKey) return requester.accessKey
  const { keypairs, users } = store.tables
  if (requester.role !== 'superadmin' && requester.role !== 'admin') {
    throw new Problem('insufficient-privilege', {
      msg: 'Only administrators may act on behalf of another access key.',
    })
  }
  const [owner] = await store.db
    .select({ role: users.role, domainName: users.domainName })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(eq(keypairs.accessKey, wanted))
  if (!owner) throw new Problem('invalid-api-params', { msg: 'Unknown owner access key', data: {} })
  if (requester.role === 'superadmin') return wanted
  if (owner.domainName !== requester.domainName || owner.role === 'superadmin') {
    throw new Problem('insufficient-privilege', {
      msg: 'The owner access key belongs to somebody outside of your reach.',
    })
  }
  return wanted
}

/** Everything about the owner that a new session takes from them. */
export async function loadOwner(store: Readable, accessKey: string) {
  const [row] = await enqueueQueries(store).owner({ accessKey })
  if (!row) throw new Problem('invalid-api-params', { msg: 'Unknown owner access key', data: {} })
  if (!row.keypair.isActive || row.user.status !== 'active') {
    throw new Problem('generic-forbidden', { msg: 'The owner of the session is not active.' })
  }
  return row
}

export type Owner = Awaited<ReturnType<typeof loadOwner>>
