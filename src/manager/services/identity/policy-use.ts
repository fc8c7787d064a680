import { count, eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { conflict } from './refusals.ts'

/** What a resource policy bounds. */
export type PolicyKind = 'keypair' | 'user' | 'project'

const rooms = ({ tables }: Store) => ({
  keypair: { policies: tables.keypairResourcePolicies, users: tables.keypairs, plural: 'keypairs' },
  user: { policies: tables.userResourcePolicies, users: tables.users, plural: 'users' },
  project: { policies: tables.projectResourcePolicies, users: tables.groups, plural: 'projects' },
})

async function hasPolicy(tx: Tx, store: Store, kind: PolicyKind, name: string): Promise<boolean> {
  const { policies } = rooms(store)[kind]
  return (await tx.select({ name: policies.name }).from(policies).where(eq(policies.name, name))).length > 0
}

/** @throws Problem when there is no such policy. */
export async function requirePolicy(tx: Tx, store: Store, kind: PolicyKind, name: string): Promise<void> {
  if (await hasPolicy(tx, store, kind, name)) return
  throw notFound(`${kind} resource policy`, `There is no ${kind} resource policy "${name}".`)
}

/** @throws Problem when the name is taken. */
export async function refusePolicy(tx: Tx, store: Store, kind: PolicyKind, name: string): Promise<void> {
  if (!(await hasPolicy(tx, store, kind, name))) return
  throw conflict(`A ${kind} resource policy named "${name}" exists already.`)
}

/** Forgets a policy that bounds nobody any more. @throws Problem */
export async function deletePolicy(tx: Tx, store: Store, kind: PolicyKind, name: string): Promise<void> {
  const { policies, users, plural } = rooms(store)[kind]
  await requirePolicy(tx, store, kind, name)
  const [row] = await tx.select({ n: count() }).from(users).where(eq(users.resourcePolicy, name))
  if (row && row.n > 0) throw conflict(`The policy "${name}" still bounds ${row.n} ${plural}.`)
  await tx.delete(policies).where(eq(policies.name, name))
}
