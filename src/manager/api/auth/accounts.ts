import { eq } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { EventBus } from '../../../events/bus.ts'
import { accountChanged } from '../../../events/catalog/cluster.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Requester } from '../../context.ts'

/** The hex signature of a string to sign. */
export type Signer = (text: string) => string

/** An active keypair of an active user: who may sign, with what, from where. */
export interface Account {
  readonly requester: Requester
  readonly secretKey: string
  /** Null or empty: from anywhere. */
  readonly allowedClientIp: readonly string[] | null
  /** By hash, day and host. */
  readonly signers: Map<string, Signer>
}

export interface Accounts extends AsyncDisposable {
  /** Null when the key is unknown or inactive, or its user is not active. */
  byAccessKey(accessKey: string): Promise<Account | null>
  /** Called once changed accounts are forgotten here; `concerns` says whether one may be among them. */
  onChange(listener: (concerns: (requester: Requester) => boolean) => void): Disposable
}

const TTL_MS = 10_000
const MAX_ENTRIES = 10_000

interface Entry {
  account: Account
  expiresAt: number
}

/** Remembers accounts for a few seconds; `accountChanged` drops them at once in every manager. */
export async function createAccounts(store: Store, bus: EventBus, clock: Clock): Promise<Accounts> {
  const entries = new Map<string, Entry>()
  const listeners = new Set<Parameters<Accounts['onChange']>[0]>()
  let generation = 0

  const forget = (concerns: (requester: Requester) => boolean): void => {
    generation += 1
    for (const [accessKey, { account }] of entries) {
      if (concerns(account.requester)) entries.delete(accessKey)
    }
    for (const listener of [...listeners]) listener(concerns)
  }
  const subscription = await bus.subscribe(
    [accountChanged],
    ({ payload: { accessKeys, userUuids } }) =>
      forget(({ accessKey, userUuid }) => accessKeys.includes(accessKey) || userUuids.includes(userUuid)),
    { onDropped: () => forget(() => true) },
  )

  return {
    async byAccessKey(accessKey) {
      const now = clock.now()
      const known = entries.get(accessKey)
      if (known && known.expiresAt > now) return known.account
      const seen = generation
      const account = await load(store, accessKey)
      entries.delete(accessKey)
      // A change that came while we read may not be in what we read.
      if (account && seen === generation) {
        if (entries.size >= MAX_ENTRIES) entries.clear()
        entries.set(accessKey, { account, expiresAt: now + TTL_MS })
      }
      return account
    },
    onChange(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => listeners.delete(listener) }
    },
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]().then(() => {}),
  }
}

async function load(store: Store, accessKey: string): Promise<Account | null> {
  const { keypairs, users } = store.tables
  const [row] = await store.db
    .select({ keypair: keypairs, user: users })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(eq(keypairs.accessKey, accessKey))
    .limit(1)
  if (!row?.keypair.isActive || row.user.status !== 'active') return null
  const { keypair, user } = row
  return {
    secretKey: keypair.secretKey,
    allowedClientIp: user.allowedClientIp,
    signers: new Map(),
    requester: {
      accessKey,
      userUuid: user.uuid,
      email: user.email,
      role: user.role,
      domainName: user.domainName ?? '',
      isAdmin: keypair.isAdmin,
      isSuperadmin: user.role === 'superadmin',
      resourcePolicy: keypair.resourcePolicy,
      rateLimit: keypair.rateLimit,
    },
  }
}
