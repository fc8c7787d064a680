import { and, desc, eq, sql } from 'drizzle-orm'
import { oncePerStore } from '../../../db/once-per-store.ts'
import { prepareQuery } from '../../../db/prepare.ts'
import type { Store } from '../../../db/store.ts'

/** More than one match is an answer too, but not a long one. */
const MATCHES = 10

/** What a call to the agent of a running session needs to know of it. */
const runningColumns = (t: Store['tables']['sessions']) => ({
  id: t.id,
  name: t.name,
  status: t.status,
  accessKey: t.accessKey,
  vfolderMounts: t.vfolderMounts,
})
const runningKernelColumns = (t: Store['tables']['kernels']) => ({
  id: t.id,
  status: t.status,
  agent: t.agent,
  servicePorts: t.servicePorts,
})

/** What `GET /session/{s}` tells. */
const infoColumns = (t: Store['tables']['sessions']) => ({
  id: t.id,
  domainName: t.domainName,
  groupId: t.groupId,
  userUuid: t.userUuid,
  tag: t.tag,
  occupyingSlots: t.occupyingSlots,
  requestedSlots: t.requestedSlots,
  environ: t.environ,
  resourceOpts: t.resourceOpts,
  status: t.status,
  statusInfo: t.statusInfo,
  statusData: t.statusData,
  createdAt: t.createdAt,
  terminatedAt: t.terminatedAt,
  numQueries: t.numQueries,
})
const infoKernelColumns = (t: Store['tables']['kernels']) => ({
  id: t.id,
  image: t.image,
  architecture: t.architecture,
  registry: t.registry,
  containerId: t.containerId,
  occupiedSlots: t.occupiedSlots,
  lastStat: t.lastStat,
})

function build({ db, tables }: Pick<Store, 'db' | 'tables'>) {
  const { sessions, kernels } = tables
  const own = eq(sessions.accessKey, sql.placeholder('accessKey'))
  const named = eq(sessions.name, sql.placeholder('name'))
  // By its unique index: an `in` of the living statuses made the lookup ten times slower.
  const livingName = and(own, eq(sessions.liveName, sql.placeholder('name')))
  const ownById = and(own, eq(sessions.id, sql.placeholder('id')))
  const itsMain = and(eq(kernels.sessionId, sql.placeholder('sessionId')), eq(kernels.clusterRole, 'main'))
  return {
    byId: prepareQuery('session_by_id', db.select().from(sessions).where(ownById)),
    mainKernel: prepareQuery('session_main_kernel', db.select().from(kernels).where(itsMain)),
    // The next are asked most, so they read no column in vain: decoding a row costs more than finding it. Two queries
    // each, since SQLite takes three times as long for a join of two single rows.
    runningById: prepareQuery(
      'session_running_by_id',
      db.select(runningColumns(sessions)).from(sessions).where(ownById),
    ),
    runningByName: prepareQuery(
      'session_running_by_name',
      db.select(runningColumns(sessions)).from(sessions).where(livingName),
    ),
    runningKernel: prepareQuery(
      'session_running_kernel',
      db.select(runningKernelColumns(kernels)).from(kernels).where(itsMain),
    ),
    infoById: prepareQuery(
      'session_info_by_id',
      db.select(infoColumns(sessions)).from(sessions).where(ownById),
    ),
    infoKernel: prepareQuery(
      'session_info_kernel',
      db.select(infoKernelColumns(kernels)).from(kernels).where(itsMain),
    ),
    liveByName: prepareQuery(
      'session_live_by_name',
      db.select().from(sessions).where(livingName).limit(MATCHES),
    ),
    newestByName: prepareQuery(
      'session_newest_by_name',
      db.select().from(sessions).where(and(own, named)).orderBy(desc(sessions.createdAt)).limit(1),
    ),
  }
}

/** The queries that nearly every request on a session asks, built once per store. */
export const sessionQueries = oncePerStore(build)
