import { and, desc, eq, inArray } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import type { Requester } from '../../context.ts'
import { readKernelStatsJson } from '../live-stats.ts'
import type { SessionContext } from './context.ts'
import { ownerKey } from './owner.ts'
import { isUuid, resolveSession, type SessionRef } from './resolve.ts'
import { sessionQueries } from './session-queries.ts'

const ENDED_TOO = { ended: true }

/** The brief facts of `GET /session/{s}`, with the keys that clients know, as JSON. */
export async function sessionInfoJson(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<string> {
  const { session, kernel } = await findInfo(ports.store, requester, ref)
  const lastStat = kernel.lastStat
    ? JSON.stringify(kernel.lastStat)
    : await readKernelStatsJson(ports.cache, kernel.id)
  const ended = session.terminatedAt?.getTime() ?? ports.clock.now()
  const facts = JSON.stringify({
    domainName: session.domainName,
    groupId: session.groupId,
    userId: session.userUuid,
    lang: kernel.image,
    image: kernel.image,
    architecture: kernel.architecture,
    registry: kernel.registry,
    tag: session.tag,
    containerId: kernel.containerId,
    occupiedSlots: pythonText(kernel.occupiedSlots),
    occupyingSlots: pythonText(session.occupyingSlots),
    requestedSlots: pythonText(session.requestedSlots),
    occupiedShares: pythonText({}),
    environ: pythonText(session.environ),
    resourceOpts: pythonText(session.resourceOpts),
    status: session.status,
    statusInfo: session.statusInfo,
    statusData: session.statusData,
    age: ended - session.createdAt.getTime(),
    creationTime: session.createdAt.toISOString(),
    terminationTime: session.terminatedAt?.toISOString() ?? null,
    numQueriesExecuted: session.numQueries,
    idleChecks: null,
    memoryLimit: Math.floor(Number(kernel.occupiedSlots.mem ?? 0) / 1024),
    cpuCreditUsed: null,
  })
  // Statistics are kept as JSON; to read them and write them again would cost as much as all other facts.
  return `${facts.slice(0, -1)},"lastStat":${lastStat ?? 'null'}}`
}

async function findInfo(store: SessionContext['ports']['store'], requester: Requester, ref: SessionRef) {
  const find = sessionQueries(store)
  const session =
    (await infoById(store, requester, ref)) ?? (await resolveSession(store, requester, ref, ENDED_TOO))
  const [kernel] = await find.infoKernel({ sessionId: session.id })
  if (!kernel) throw notFound('main kernel')
  return { session, kernel }
}

async function infoById(store: SessionContext['ports']['store'], requester: Requester, ref: SessionRef) {
  if (!isUuid(ref.name)) return null
  const accessKey = await ownerKey(store, requester, ref.ownerAccessKey)
  const [session] = await sessionQueries(store).infoById({ accessKey, id: ref.name.toLowerCase() })
  return session ?? null
}

/** A value as Python prints it, which is what these keys have always held. */
export function pythonText(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (typeof value === 'object') {
    let entries = ''
    for (const [key, one] of Object.entries(value)) {
      entries += `${entries === '' ? '' : ', '}${quoted(key)}: ${pythonText(one)}`
    }
    return `{${entries}}`
  }
  return quoted(String(value))
}

function quoted(value: string): string {
  if (!/[\\\n']/.test(value)) return `'${value}'`
  const text = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`
}

export interface SessionMatch {
  id: string
  name: string
  status: string
}

/** Live sessions of the requester whose name or id begins with `prefix`. */
export async function matchSessions(
  { ports: { store } }: SessionContext,
  requester: Requester,
  prefix: string,
): Promise<SessionMatch[]> {
  const { sessions } = store.tables
  const rows = await store.db
    .select({ id: sessions.id, name: sessions.name, status: sessions.status })
    .from(sessions)
    .where(and(eq(sessions.accessKey, requester.accessKey), inArray(sessions.status, LIVE_SESSION_STATUSES)))
    .orderBy(desc(sessions.createdAt))
  return rows.filter((row) => row.name.startsWith(prefix) || row.id.startsWith(prefix.toLowerCase()))
}

/** Lower-case status → ISO time of its last entry. */
export async function statusHistory(
  { ports: { store } }: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<Record<string, string>> {
  const session = await resolveSession(store, requester, ref, { ended: true })
  return Object.fromEntries(
    Object.entries(session.statusHistory).map(([status, at]) => [status.toLowerCase(), at]),
  )
}
