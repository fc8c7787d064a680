import { and, count, desc, eq, getTableColumns, inArray, lte, type SQL, sql } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES, SESSION_STATUSES, type SessionStatus } from '../../../core/status.ts'
import { LIVE_VFOLDER_STATUSES } from '../../../core/vfolder.ts'
import { createKeypair, deleteKeypair, modifyKeypair } from '../../services/identity/keypairs.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext, PageArgs } from './context.ts'
import { byKey, defineLoader } from './define-loader.ts'
import sdl from './keypair.graphql' with { type: 'text' }
import {
  type KeypairFilter,
  keypairOrder,
  keypairQueryColumns,
  listedKeypairs,
  shownSecret,
} from './keypair-scope.ts'
import { groupsOfUser, userById } from './loaders.ts'
import { outcome } from './outcome.ts'
import { askedOrder, counted, countOf, pageBounds } from './page.ts'
import { filterCondition, orderTerms } from './query-columns.ts'
import type { GraphResource } from './resource.ts'
import type { KeypairRow } from './rows.ts'
import { readStatuses } from './statuses.ts'
import { notYours } from './user-scope.ts'

const MAX_SESSIONS = 1000
/** Folders in use and in the trash. */
const READABLE = [...LIVE_VFOLDER_STATUSES, 'delete-pending']

function keypairsWhere({ ports }: GraphContext, where: SQL | undefined) {
  const { keypairs, users } = ports.store.tables
  return ports.store.db
    .select({ keypair: keypairs, domainName: users.domainName })
    .from(keypairs)
    .innerJoin(users, eq(keypairs.user, users.uuid))
    .where(where)
    .$dynamic()
}

async function keypairOf(
  context: GraphContext,
  args: { domain_name?: string | null; access_key?: string | null },
): Promise<KeypairRow | null> {
  const { requester, ports } = context
  const { keypairs } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const wanted = args.access_key ?? requester.accessKey
  const [row] = await keypairsWhere(context, eq(keypairs.accessKey, wanted))
  // An unknown key and somebody else's are alike to users.
  if (userBound(context) !== null && row?.keypair.user !== requester.userUuid) throw notYours()
  return row && (domain === null || row.domainName === domain) ? row.keypair : null
}

async function allKeypairs(context: GraphContext, args: KeypairFilter) {
  const rows = await keypairsWhere(context, listedKeypairs(context, args)).orderBy(...keypairOrder(context))
  return rows.map(({ keypair: row }) => row)
}

async function keypairPage(context: GraphContext, args: KeypairFilter & PageArgs) {
  const { db, dialect, tables } = context.ports.store
  const { keypairs, users } = tables
  const columns = keypairQueryColumns(context)
  const where = and(listedKeypairs(context, args), filterCondition(dialect, columns, args.filter))
  const { limit, offset } = pageBounds(args)
  const total = db.select(counted).from(keypairs).innerJoin(users, eq(keypairs.user, users.uuid)).where(where)
  const rows = await keypairsWhere(context, where)
    .orderBy(...orderTerms(columns, askedOrder(args), keypairOrder(context)))
    .limit(limit)
    .offset(offset)
  return { total_count: await countOf(total), items: rows.map(({ keypair: row }) => row) }
}

const foldersOfUser = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { vfolders: t } = tables
  const rows = await db
    .select()
    .from(t)
    .where(and(inArray(t.user, [...ids]), inArray(t.status, [...READABLE])))
    .orderBy(desc(t.createdAt))
  return Map.groupBy(rows, (row) => row.user ?? '')
})

interface SessionsKey {
  accessKey: string
  statuses: readonly SessionStatus[] | null
}

const sessionsOf = defineLoader(async ({ store: { db, tables } }, keys: readonly SessionsKey[]) => {
  const { sessions: t } = tables
  // A document may ask with several statuses; each is one query for all its keypairs.
  const byStatuses = Map.groupBy(keys, ({ statuses }) => JSON.stringify(statuses))
  const found = new Map<SessionsKey, (typeof t.$inferSelect)[]>()
  for (const some of byStatuses.values()) {
    const statuses = some[0]?.statuses ?? null
    const place = sql<number>`row_number() over (partition by ${t.accessKey} order by ${t.createdAt} desc)`
    const ranked = db
      .select({ ...getTableColumns(t), place: place.as('place') })
      .from(t)
      .where(
        and(
          inArray(
            t.accessKey,
            some.map(({ accessKey }) => accessKey),
          ),
          statuses ? inArray(t.status, [...statuses]) : undefined,
        ),
      )
      .as('ranked')
    const rows = await db
      .select()
      .from(ranked)
      .where(lte(ranked.place, MAX_SESSIONS))
      .orderBy(desc(ranked.createdAt))
    const byAccessKey = Map.groupBy(rows, (row) => row.accessKey)
    for (const key of some) found.set(key, byAccessKey.get(key.accessKey) ?? [])
  }
  return found
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
  return byKey(rows, ({ name }) => name)
})

export const keypair = {
  sdl,
  queries: {
    keypair: (_, args, context) => keypairOf(context, args),
    keypairs: (_, args, context) => allKeypairs(context, args),
    keypair_list: (_, args, context) => keypairPage(context, args),
  },
  mutations: {
    create_keypair: (_, { user_id: userId, props }, context) =>
      outcome(context, async (identity) => ({
        keypair: await createKeypair(identity, context.requester, userId, props),
      })),
    modify_keypair: (_, { access_key: accessKey, props }, context) =>
      outcome(context, (identity) => modifyKeypair(identity, context.requester, accessKey, props)),
    delete_keypair: (_, { access_key: accessKey }, context) =>
      outcome(context, (identity) => deleteKeypair(identity, context.requester, accessKey)),
  },
  types: {
    KeyPair: {
      id: (row) => row.accessKey,
      secret_key: (row, _, context) => shownSecret(row, context),
      full_name: async (row, _, context) => (await userById(context, row.user))?.fullName ?? null,
      projects: async (row, _, context) => (await groupsOfUser(context, row.user)).map(({ name }) => name),
      vfolders: async (row, _, context) => (await foldersOfUser(context, row.user)) ?? [],
      compute_sessions: async (row, args, context) =>
        (await sessionsOf(context, {
          accessKey: row.accessKey,
          statuses: readStatuses(args.status, SESSION_STATUSES),
        })) ?? [],
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
