import { eq, or } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { emitAccountsChanged } from './account-events.ts'
import type { IdentityContext } from './context.ts'
import { refuseWhileLiving, sessionsOf } from './living-sessions.ts'
import { type KeypairRow, newKeypair } from './new-keypair.ts'
import { atLeast } from './plain-text.ts'
import { requirePolicy } from './policy-use.ts'
import { conflict, superadminOnly } from './refusals.ts'

/** As the API spells them; null leaves as it is. `concurrency_limit` moved to the policy long ago and is not read. */
export interface KeypairProps {
  is_active?: boolean | null
  is_admin?: boolean | null
  resource_policy?: string | null
  concurrency_limit?: number | null
  rate_limit?: number | null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const columns = (props: KeypairProps) => ({
  isActive: props.is_active ?? undefined,
  isAdmin: props.is_admin ?? undefined,
  resourcePolicy: props.resource_policy ?? undefined,
  rateLimit: atLeast('rate_limit', props.rate_limit, 0),
})

async function keypairRow(tx: Tx, store: Store, accessKey: string): Promise<KeypairRow> {
  const { keypairs } = store.tables
  const [row] = await tx.select().from(keypairs).where(eq(keypairs.accessKey, accessKey))
  if (!row) throw notFound('keypair', `There is no keypair "${accessKey.slice(0, 40)}".`)
  return row
}

/** Another keypair for the user with this e-mail address or UUID. Superadmins only. @throws Problem */
export async function createKeypair(
  identity: IdentityContext,
  requester: Requester,
  userId: string,
  props: KeypairProps,
): Promise<KeypairRow> {
  superadminOnly(requester, 'create_keypair')
  const given = columns(props)
  const { store } = identity.ports
  const { users, keypairs } = store.tables
  const named = UUID.test(userId)
    ? or(eq(users.email, userId), eq(users.uuid, userId.toLowerCase()))
    : eq(users.email, userId)
  const [owner] = await store.db.select().from(users).where(named)
  if (!owner) throw notFound('user', `There is no user "${userId.slice(0, 80)}".`)
  const row = await newKeypair(identity, owner, {
    isActive: given.isActive ?? true,
    isAdmin: given.isAdmin ?? false,
    resourcePolicy: given.resourcePolicy ?? 'default',
    rateLimit: given.rateLimit ?? 10_000,
  })
  await store.tx(async (tx) => {
    const still = await tx.select({ uuid: users.uuid }).from(users).where(eq(users.uuid, owner.uuid))
    if (still.length === 0) throw notFound('user')
    await requirePolicy(tx, store, 'keypair', row.resourcePolicy)
    await tx.insert(keypairs).values(row)
  })
  return row
}

/** Superadmins only; a keypair that is made inactive is refused from the next request on. @throws Problem */
export async function modifyKeypair(
  { ports }: IdentityContext,
  requester: Requester,
  accessKey: string,
  props: KeypairProps,
): Promise<void> {
  superadminOnly(requester, 'modify_keypair')
  const given = columns(props)
  const { store, clock } = ports
  const { keypairs } = store.tables
  await store.tx(async (tx) => {
    const row = await keypairRow(tx, store, accessKey)
    if (given.resourcePolicy) await requirePolicy(tx, store, 'keypair', given.resourcePolicy)
    await tx
      .update(keypairs)
      .set({ ...given, modifiedAt: new Date(clock.now()) })
      .where(eq(keypairs.accessKey, accessKey))
    await emitAccountsChanged(tx, [row.user])
  })
}

/** Superadmins only; main keypairs and those with living sessions stay. @throws Problem */
export async function deleteKeypair(
  { ports }: IdentityContext,
  requester: Requester,
  accessKey: string,
): Promise<void> {
  superadminOnly(requester, 'delete_keypair')
  const { store } = ports
  const { keypairs, users, scalingGroupKeypairs } = store.tables
  await store.tx(async (tx) => {
    const row = await keypairRow(tx, store, accessKey)
    const main = await tx.select({ uuid: users.uuid }).from(users).where(eq(users.mainAccessKey, accessKey))
    if (main.length > 0) throw conflict('Cannot delete the main access key of a user.')
    await refuseWhileLiving(tx, store, sessionsOf(store).accessKey(accessKey), 'The keypair')
    await tx.delete(scalingGroupKeypairs).where(eq(scalingGroupKeypairs.accessKey, accessKey))
    await tx.delete(keypairs).where(eq(keypairs.accessKey, accessKey))
    await emitAccountsChanged(tx, [row.user])
  })
}
