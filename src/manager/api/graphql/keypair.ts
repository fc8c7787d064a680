import { and, asc, count, desc, eq, inArray } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES, SESSION_STATUSES } from '../../../core/status.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import sdl from './keypair.graphql' with { type: 'text' }
import { groupsOfUser, userById } from './loaders.ts'
import type { GraphResource } from './resource.ts'
import type { KeypairRow } from './rows.ts'
import { readStatuses } from './statuses.ts'

const MAX_SESSIONS = 1000

async function keypairOf(
  context: GraphContext,
  args: { domain_name?: string | null; access_key?: string | null },
): Promise<KeypairRow | null> {
  const { requester, ports } = context
  const { keypairs, users } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const [row] = await ports.store.db
    .select({ keypair: keypairs, domainName: users.domainName })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(eq(keypairs.accessKey, args.access_key ?? requester.accessKey))
  if (row && userBound(context) !== null && row.keypair.user !== requester.userUuid) {
    throw new Problem('generic-forbidden', { msg: 'Other accounts are not yours to see.' })
  }
  return row && (domain === null || row.domainName === domain) ? row.keypair : null
}

const foldersOfUser = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { vfolders: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(inArray(t.user, [...ids]))
    .orderBy(desc(t.createdAt))
  return Map.groupBy(rows, (row) => row.user ?? '')
})

const sessionsUsed = defineLoader(async ({ store: { db, tables } }, keys: readonly string[]) => {
  const { sessions: t } = tables
  const holding = LIVE_SESSION_STATUSES.filter((status) => status !== 'PENDING' && status !== 'ERROR')
  const rows = await db
    .select({ accessKey: t.accessKey, n: count() })
    .from(t)
    .where(and(inArray(t.accessKey, [...keys]), inArray(t.status, holding)))
    .groupBy(t.accessKey)
  return new Map(rows.map(({ accessKey, n }) => [accessKey, n]))
})

const policyByName = defineLoader(async ({ store: { db, tables } }, names: readonly string[]) => {
  const { keypairResourcePolicies: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(inArray(t.name, [...names]))
    .orderBy(asc(t.name))
  return byKey(rows, ({ name }) => name)
})

export const keypair = {
  sdl,
  queries: {
    keypair: (_, args, context) => keypairOf(context, args),
  },
  types: {
    KeyPair: {
      id: (row) => row.accessKey,
      full_name: async (row, _, context) => (await userById(context, row.user))?.fullName ?? null,
      projects: async (row, _, context) => (await groupsOfUser(context, row.user)).map(({ name }) => name),
      vfolders: async (row, _, context) => (await foldersOfUser(context, row.user)) ?? [],
      compute_sessions: async (row, args, { ports }) => {
        const { sessions } = ports.store.tables
        const statuses = readStatuses(args.status, SESSION_STATUSES)
        return await ports.store.db
          .select()
          .from(sessions)
          .where(
            and(
              eq(sessions.accessKey, row.accessKey),
              statuses ? inArray(sessions.status, statuses) : undefined,
            ),
          )
          .orderBy(desc(sessions.createdAt))
          .limit(MAX_SESSIONS)
      },
      concurrency_used: async (row, _, context) => (await sessionsUsed(context, row.accessKey)) ?? 0,
      user_info: async (row, _, context) => {
        const owner = await userById(context, row.user)
        return { email: owner?.email ?? row.userId, full_name: owner?.fullName ?? '' }
      },
      concurrency_limit: async (row, _, context) =>
        (await policyByName(context, row.resourcePolicy))?.maxConcurrentSessions ?? null,
    },
  },
} satisfies GraphResource
