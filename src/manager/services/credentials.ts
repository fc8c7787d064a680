import { and, asc, eq } from 'drizzle-orm'
import { Problem } from '../../core/problem.ts'
import type { Store, Tx } from '../../db/store.ts'
import { accountChanged } from '../../events/catalog/cluster.ts'
import { hashPassword, isOutdatedHash, verifyPassword } from '../../lib/password-hash.ts'

export type UserRow = Store['tables']['users']['$inferSelect']
export type KeypairRow = Store['tables']['keypairs']['$inferSelect']

/** Compared where there is no user, so that the time does not tell whether there is one. */
const NOBODYS_HASH = '$2b$12$C6UzMDM.H6dfI/f/IKcEeOeNnGZ2Xo1l3lqzPuYv5wlzgM0vMVvGq'

/**
 * The user whose e-mail address and password these are.
 * @throws Problem `auth-failed`, the same for an unknown user and a wrong password.
 */
export async function checkPassword(
  store: Store,
  who: { domain: string; email: string; password: string },
): Promise<UserRow> {
  const { users } = store.tables
  const [user] = await store.db
    .select()
    .from(users)
    .where(and(eq(users.email, who.email), eq(users.domainName, who.domain)))
    .limit(1)
  const isRight = await verifyPassword(who.password, user?.password ?? NOBODYS_HASH)
  if (!user || !isRight) throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
  requireActive(user)
  if (user.password !== null && isOutdatedHash(user.password)) await rehash(store, user, who.password)
  return user
}

/** The active user of an address, for those whom somebody else has authenticated. @throws Problem `auth-failed` */
export async function trustedUser(store: Store, who: { domain: string; email: string }): Promise<UserRow> {
  const { users } = store.tables
  const [user] = await store.db
    .select()
    .from(users)
    .where(and(eq(users.email, who.email), eq(users.domainName, who.domain)))
  if (!user) throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
  requireActive(user)
  return user
}

function requireActive(user: UserRow): void {
  if (user.status === 'before-verification') {
    throw new Problem('auth-failed', { msg: 'This account needs email verification.' })
  }
  if (user.status !== 'active') throw new Problem('auth-failed', { msg: 'User credential mismatch.' })
}

/** The password in the form that is usual now; one that was changed meanwhile stays. */
async function rehash(store: Store, { uuid, password: before }: UserRow, password: string): Promise<void> {
  const { users } = store.tables
  const hash = await hashPassword(password)
  await store.tx((tx) =>
    tx
      .update(users)
      .set({ password: hash })
      .where(and(eq(users.uuid, uuid), eq(users.password, before ?? ''))),
  )
}

/** @throws Problem `password-expired` when `config/auth/max_password_age` says so. */
export function checkPasswordAge(user: UserRow, maxAgeMs: number | null, now: number): void {
  if (maxAgeMs === null) return
  const changedAt = (user.passwordChangedAt ?? user.createdAt).getTime()
  if (now - changedAt > maxAgeMs) throw new Problem('password-expired', { msg: 'Password expired.' })
}

/** The user's main keypair while it is active, else the oldest active one. */
export async function keypairForLogin(store: Store, user: UserRow): Promise<KeypairRow> {
  const { keypairs } = store.tables
  const active = await store.db
    .select()
    .from(keypairs)
    .where(and(eq(keypairs.user, user.uuid), eq(keypairs.isActive, true)))
    .orderBy(asc(keypairs.createdAt), asc(keypairs.accessKey))
  const chosen = active.find(({ accessKey }) => accessKey === user.mainAccessKey) ?? active[0]
  if (!chosen) throw new Problem('auth-failed', { msg: 'No API keypairs found.' })
  return chosen
}

/** Tells all managers, once this transaction has committed, to forget what they know of a user. */
export const emitAccountChanged = (tx: Tx, userUuid: string, accessKeys: readonly string[] = []) =>
  tx.emit([{ name: accountChanged.name, payload: { accessKeys: [...accessKeys], userUuids: [userUuid] } }])
