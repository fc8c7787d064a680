import { and, eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { emitAccountsChanged } from './account-events.ts'
import type { IdentityContext } from './context.ts'
import { refuseTakenName } from './create-user.ts'
import { domainRow } from './domains.ts'
import { endForeignShares } from './end-foreign-shares.ts'
import { refuseLastSuperadmin } from './last-superadmin.ts'
import { requirePolicy } from './policy-use.ts'
import { invalid, superadminOnly } from './refusals.ts'
import { leaveForeignProjects, projectsToJoin, setProjects } from './user-projects.ts'
import { checkPasswordText, isAdminRole, type UserProps, type UserRow, userColumns } from './user-props.ts'
import { readUuids } from './uuids.ts'

export type UserChange = UserProps & { main_access_key?: string | null }

/** The user with this address. @throws Problem when there is none. */
export async function userRow(tx: Tx, store: Store, email: string): Promise<UserRow> {
  const { users } = store.tables
  const [row] = await tx.select().from(users).where(eq(users.email, email))
  if (!row) throw notFound('user', `There is no user "${email.slice(0, 80)}".`)
  return row
}

/**
 * Changes what the props name. A new role is given to the user's keypairs too, a new domain takes the user out of the
 * projects of the old one and ends shares with it, and `totp_activated: false` forgets the one-time password. Superadmins only.
 * @throws Problem
 */
export async function modifyUser(
  identity: IdentityContext,
  requester: Requester,
  email: string,
  props: UserChange,
): Promise<UserRow> {
  superadminOnly(requester, 'modify_user')
  const { store, clock } = identity.ports
  const { users, keypairs } = store.tables
  const given = userColumns(props)
  const password = props.password ?? null
  if (password !== null) checkPasswordText(password)
  const projects = props.group_ids ? readUuids('group_ids', props.group_ids) : null
  const hash = password === null ? undefined : await identity.hashPassword(password)
  const at = new Date(clock.now())
  return await store.tx(async (tx) => {
    const before = await userRow(tx, store, email)
    await check(tx, store, before, given, props)
    await tx
      .update(users)
      .set({
        ...given,
        ...(hash === undefined ? {} : { password: hash, passwordChangedAt: at }),
        ...(props.totp_activated === false
          ? { totpActivated: false, totpActivatedAt: null, totpKey: null }
          : {}),
        ...(props.totp_activated && !before.totpActivated
          ? { totpActivated: true, totpActivatedAt: at }
          : {}),
        ...(given.status && given.status !== before.status ? { statusInfo: 'admin-requested' } : {}),
        mainAccessKey: props.main_access_key || undefined,
        modifiedAt: at,
      })
      .where(eq(users.uuid, before.uuid))
    if (given.role && given.role !== before.role) {
      await tx
        .update(keypairs)
        .set({ isAdmin: isAdminRole(given.role), modifiedAt: at })
        .where(eq(keypairs.user, before.uuid))
    }
    if (given.status === 'deleted') {
      await tx.update(keypairs).set({ isActive: false, modifiedAt: at }).where(eq(keypairs.user, before.uuid))
    }
    const after = await userRow(tx, store, email)
    if (projects) {
      const joined = await projectsToJoin(tx, store, after.domainName ?? '', projects)
      await setProjects(tx, identity, after.uuid, joined)
    } else if (after.domainName !== before.domainName || after.role !== before.role) {
      // Only superadmins belong to projects of other domains.
      await leaveForeignProjects(tx, identity, after.uuid, after.domainName ?? '')
    }
    if (after.domainName !== before.domainName) await endForeignShares(tx, store, after)
    await emitAccountsChanged(tx, [before.uuid])
    return after
  })
}

async function check(
  tx: Tx,
  store: Store,
  before: UserRow,
  given: ReturnType<typeof userColumns>,
  props: UserChange,
): Promise<void> {
  if (given.username && given.username !== before.username) await refuseTakenName(tx, store, given.username)
  if (given.domainName) await domainRow(tx, store, given.domainName)
  if (given.resourcePolicy) await requirePolicy(tx, store, 'user', given.resourcePolicy)
  const staysSuperadmin = (given.role ?? 'superadmin') === 'superadmin'
  const staysActive = (given.status ?? 'active') === 'active'
  if (!staysSuperadmin || !staysActive) await refuseLastSuperadmin(tx, store, before)
  if (props.totp_activated && before.totpKey === null) {
    throw invalid('Only users themselves can set up one-time passwords.')
  }
  if (props.main_access_key) await requireOwnKey(tx, store, before, props.main_access_key)
}

async function requireOwnKey(tx: Tx, store: Store, user: UserRow, accessKey: string): Promise<void> {
  const { keypairs } = store.tables
  const own = await tx
    .select({ accessKey: keypairs.accessKey })
    .from(keypairs)
    .where(and(eq(keypairs.accessKey, accessKey), eq(keypairs.user, user.uuid)))
  if (own.length === 0) throw invalid("Cannot set another user's access key as the main access key.")
}
