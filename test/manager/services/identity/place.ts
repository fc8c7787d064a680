import { createHash } from 'node:crypto'
import { openSqliteStore } from '../../../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../../../src/db/shared-config.ts'
import type { Store } from '../../../../src/db/store.ts'
import type { Tables } from '../../../../src/db/tables/index.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { silentLogger } from '../../../../src/lib/logger.ts'
import type { Requester } from '../../../../src/manager/context.ts'
import { bootstrapCluster } from '../../../../src/manager/services/bootstrap.ts'
import { identityContext } from '../../../../src/manager/services/identity/context.ts'

type NewSession = Tables['sessions']['$inferInsert']

/** An empty cluster (one domain, one project, one superadmin) with quick hashes and keys. */
export async function openPlace(opened?: Store) {
  const store = opened ?? (await openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger }))
  const config = createSharedConfig(store)
  await bootstrapCluster(store, {}, { now: () => systemClock.now() })
  const identity = identityContext(
    { store, config, clock: systemClock, schedulers: [] },
    {
      hashPassword: async (password) => `hash:${createHash('sha256').update(password).digest('hex')}`,
      newSshKeypair: async (comment) => ({ publicKey: `ssh-rsa AAAA ${comment}`, privateKey: 'private' }),
    },
  )
  const { users, groups, sessions, outbox } = store.tables
  const [first] = await store.db.select().from(users)
  const [project] = await store.db.select().from(groups)
  if (!first || !project) throw new Error('the bootstrap made nothing')
  const root = requester({ role: 'superadmin', userUuid: first.uuid, email: first.email })
  return {
    store,
    config,
    identity,
    root,
    project,
    /** The users of whom managers were told to forget, so far. */
    async changedUsers(): Promise<Set<string>> {
      return usersToldOf(await store.db.select().from(outbox))
    },
    /** Remembers where the events are now; calling the answer gives the users told of since. */
    async eventsFrom(): Promise<() => Promise<Set<string>>> {
      const before = (await store.db.select({ seq: outbox.seq }).from(outbox)).length
      return async () => {
        const rows = (await store.db.select().from(outbox)).slice(before)
        return usersToldOf(rows)
      }
    },
    async addSession(of: { id: string; userUuid: string; accessKey: string } & Partial<NewSession>) {
      await store.tx(async (tx) => {
        await tx.insert(sessions).values({
          name: 'a-session',
          domainName: 'default',
          groupId: project.id,
          images: [],
          agentIds: [],
          occupyingSlots: {},
          requestedSlots: {},
          vfolderMounts: [],
          environ: {},
          resourceOpts: {},
          createdAt: new Date(0),
          status: 'RUNNING',
          statusHistory: {},
          ...of,
        })
      })
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

function usersToldOf(events: readonly { name: string; payload: unknown }[]): Set<string> {
  const payloads = events.filter(({ name }) => name === 'account_changed').map(({ payload }) => payload)
  return new Set(payloads.flatMap((payload) => (payload as { userUuids: string[] }).userUuids))
}

export type Place = Awaited<ReturnType<typeof openPlace>>

export function requester(of: Partial<Requester>): Requester {
  const role = of.role ?? 'user'
  return {
    accessKey: 'AKIATESTTESTTESTTEST',
    userUuid: '00000000-0000-4000-8000-000000000000',
    email: 'somebody@default',
    domainName: 'default',
    resourcePolicy: 'default',
    rateLimit: 1000,
    ...of,
    role,
    isAdmin: role === 'admin' || role === 'superadmin',
    isSuperadmin: role === 'superadmin',
  }
}

/** What a change failed with: the sentence for the person who asked. */
export const refusal = (change: Promise<unknown>): Promise<string> =>
  change.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  )
