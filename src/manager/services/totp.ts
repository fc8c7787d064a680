import { createHash } from 'node:crypto'
import { and, eq, isNull, lt, or } from 'drizzle-orm'
import type { Cache } from '../../cache/cache.ts'
import { notFound, Problem } from '../../core/problem.ts'
import { type RandomBytes, systemRandom } from '../../lib/keys.ts'
import { matchingStep, newTotpKey, totpUri } from '../../lib/totp.ts'
import type { ManagerPorts, Requester } from '../context.ts'
import { emitAccountChanged, type UserRow } from './credentials.ts'

type Ports = Pick<ManagerPorts, 'store' | 'cache' | 'clock'>

const ISSUER = 'Backend.AI'
/** Tries of one user's passwords: ten in five minutes guess six digits once in centuries. */
const TRIES = { count: 10, windowMs: 5 * 60_000 }
const REGISTRATION_TTL_MS = 10 * 60_000

const refused = (msg: string) => new Problem('generic-bad-request', { msg })

/** A fresh key for a user who has none at work yet; it counts once `activateTotp` has seen a password of it. */
export async function beginTotp({ store, clock }: Ports, userUuid: string, random = systemRandom) {
  const { users } = store.tables
  const key = newTotpKey(random)
  const [user] = await store.tx((tx) =>
    tx
      .update(users)
      .set({ totpKey: key, modifiedAt: new Date(clock.now()) })
      .where(and(eq(users.uuid, userUuid), eq(users.totpActivated, false)))
      .returning({ email: users.email }),
  )
  if (!user) throw refused('One-time passwords are at work already: remove them first.')
  return { totp_key: key, totp_uri: totpUri(key, { issuer: ISSUER, account: user.email }) }
}

/** Logins need a one-time password from now on. @throws Problem when `otp` is not one of the key. */
export async function activateTotp(ports: Ports, userUuid: string, otp: string): Promise<Date> {
  const { store, clock } = ports
  const { users } = store.tables
  await countTry(ports.cache, userUuid)
  const user = await userOf(ports, userUuid)
  if (user.totpActivated) throw refused('One-time passwords are at work already.')
  if (user.totpKey === null) throw refused('There is no key yet: ask for one first.')
  const now = clock.now()
  const step = matchingStep(user.totpKey, otp, now)
  if (step === null) throw refused('This is not the one-time password of the moment.')
  const at = new Date(now)
  const done = await store.tx(async (tx) => {
    const rows = await tx
      .update(users)
      .set({ totpActivated: true, totpActivatedAt: at, totpLastStep: step, modifiedAt: at })
      // A key that was drawn anew meanwhile has other passwords.
      .where(
        and(eq(users.uuid, userUuid), eq(users.totpActivated, false), eq(users.totpKey, user.totpKey ?? '')),
      )
      .returning({ uuid: users.uuid })
    await emitAccountChanged(tx, userUuid)
    return rows.length > 0
  })
  if (!done) throw refused('The key has changed meanwhile: begin again.')
  await forgetTries(ports.cache, userUuid)
  return at
}

/**
 * Forgets the key of a user: one's own, for superadmins anybody's, for domain administrators those of their domain but
 * no superadmin's. @throws Problem
 */
export async function removeTotp(ports: Ports, requester: Requester, email: string | null): Promise<void> {
  const { store, clock } = ports
  const { users } = store.tables
  const [user] = await store.db
    .select()
    .from(users)
    .where(email === null ? eq(users.uuid, requester.userUuid) : eq(users.email, email))
  const isOwn = user?.uuid === requester.userUuid
  const oversees =
    requester.isSuperadmin ||
    (requester.role === 'admin' && user?.domainName === requester.domainName && user.role !== 'superadmin')
  if (!isOwn && !oversees) {
    throw new Problem('insufficient-privilege', {
      msg: 'Only your own one-time passwords are yours to remove.',
    })
  }
  if (!user) throw notFound('user')
  await store.tx(async (tx) => {
    await tx
      .update(users)
      .set({
        totpKey: null,
        totpActivated: false,
        totpActivatedAt: null,
        totpLastStep: null,
        modifiedAt: new Date(clock.now()),
      })
      .where(eq(users.uuid, user.uuid))
    await emitAccountChanged(tx, user.uuid)
  })
}

/**
 * The second factor of a login; nothing for users without one. A password is taken once: of several logins with the
 * same one at once, one gets in. @throws Problem
 */
export async function checkTotp(ports: Ports, user: UserRow, otp: string | null | undefined): Promise<void> {
  if (!user.totpActivated || user.totpKey === null) return
  // The official client asks for a password when it reads exactly these words.
  if (!otp) throw new Problem('require-totp-authentication', { msg: 'OTP not provided' })
  await countTry(ports.cache, user.uuid)
  const { store, clock } = ports
  const { users } = store.tables
  const step = matchingStep(user.totpKey, otp, clock.now())
  if (step === null) throw new Problem('auth-failed', { msg: 'The one-time password is wrong or too old.' })
  const taken = await store.tx((tx) =>
    tx
      .update(users)
      .set({ totpLastStep: step })
      .where(and(eq(users.uuid, user.uuid), or(isNull(users.totpLastStep), lt(users.totpLastStep, step))))
      .returning({ uuid: users.uuid }),
  )
  if (taken.length === 0) {
    throw new Problem('auth-failed', { msg: 'This one-time password has been used: wait for the next one.' })
  }
  await forgetTries(ports.cache, user.uuid)
}

/** A permission to set up one-time passwords for somebody who may not log in without; see `registrant`. */
export async function registrationToken(
  { cache }: Pick<Ports, 'cache'>,
  userUuid: string,
  random: RandomBytes = systemRandom,
): Promise<string> {
  const token = Buffer.from(random(32)).toString('base64url')
  await cache.set(registrationKey(token), userUuid, REGISTRATION_TTL_MS)
  return token
}

/** Whose token this is. @throws Problem */
export async function registrant({ cache }: Pick<Ports, 'cache'>, token: string): Promise<string> {
  const userUuid = await cache.get(registrationKey(token))
  if (userUuid === null) {
    throw new Problem('auth-failed', { msg: 'The registration has expired: log in again.' })
  }
  return userUuid
}

const registrationKey = (token: string): string =>
  `totp-registration:${createHash('sha256').update(token).digest('hex')}`

async function userOf({ store }: Ports, userUuid: string): Promise<UserRow> {
  const { users } = store.tables
  const [user] = await store.db.select().from(users).where(eq(users.uuid, userUuid))
  if (!user) throw notFound('user')
  return user
}

const triesKey = (userUuid: string): string => `totp-tries:${userUuid}`

/** Without the cache nobody is let in: a limit that is open lets six digits be guessed. */
async function countTry(cache: Cache, userUuid: string): Promise<void> {
  const { count } = await cache.hit(triesKey(userUuid), TRIES.windowMs)
  if (count <= TRIES.count) return
  throw new Problem('rate-limit-exceeded', {
    msg: `Too many one-time passwords were tried: wait ${TRIES.windowMs / 60_000} minutes.`,
  })
}

const forgetTries = (cache: Cache, userUuid: string): Promise<void> => cache.delete(triesKey(userUuid))
