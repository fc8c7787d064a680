import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import { prepareQuery } from '../../../db/prepare.ts'
import type { Store } from '../../../db/store.ts'

/** More than one match is an answer too, but not a long one. */
const MATCHES = 10

function build({ db, tables }: Pick<Store, 'db' | 'tables'>) {
  const { sessions, kernels } = tables
  const own = eq(sessions.accessKey, sql.placeholder('accessKey'))
  const named = eq(sessions.name, sql.placeholder('name'))
  return {
    byId: prepareQuery(
      'session_by_id',
      db
        .select()
        .from(sessions)
        .where(and(own, eq(sessions.id, sql.placeholder('id')))),
    ),
    liveByName: prepareQuery(
      'session_live_by_name',
      db
        .select()
        .from(sessions)
        .where(and(own, named, inArray(sessions.status, LIVE_SESSION_STATUSES)))
        .limit(MATCHES),
    ),
    newestByName: prepareQuery(
      'session_newest_by_name',
      db.select().from(sessions).where(and(own, named)).orderBy(desc(sessions.createdAt)).limit(1),
    ),
    mainKernel: prepareQuery(
      'session_main_kernel',
      db
        .select()
        .from(kernels)
        .where(and(eq(kernels.sessionId, sql.placeholder('sessionId')), eq(kernels.clusterRole, 'main'))),
    ),
  }
}

const built = new WeakMap<object, ReturnType<typeof build>>()

/** The queries that nearly every request on a session asks, built once per store. */
export function sessionQueries(store: Pick<Store, 'db' | 'tables'>): ReturnType<typeof build> {
  const known = built.get(store.db)
  if (known) return known
  const queries = build(store)
  built.set(store.db, queries)
  return queries
}
