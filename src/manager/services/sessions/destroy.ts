import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { SessionStatus } from '../../../core/status.ts'
import type { Requester } from '../../context.ts'
import { readKernelStats } from '../live-stats.ts'
import type { SessionRow } from '../rows.ts'
import { cancelSessions, forceEnd, markTerminating } from '../terminating.ts'
import type { SessionContext } from './context.ts'
import { mainKernel, resolveSession, type SessionRef } from './resolve.ts'

/** How long an answer waits for the end, so that the statistics are the last ones and the name is free again. */
const WAIT_FOR_END_MS = 10_000

export type DestroyStats = Record<string, unknown> & { status: 'terminated' | 'cancelled' }

/** Ends a session by the rules of domain-model.md §2.5. */
export async function destroySession(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
  options: { forced: boolean },
): Promise<DestroyStats> {
  const session = await resolveSession(context.ports.store, requester, ref)
  return await destroyRow(context, requester, session, options)
}

/** The session and all that depend on it, those that depend on others first. */
export async function destroyRecursively(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
  options: { forced: boolean },
): Promise<DestroyStats[]> {
  const { store } = context.ports
  const root = await resolveSession(store, requester, ref)
  const { sessions, sessionDependencies } = store.tables
  const found = new Map<string, SessionRow>([[root.id, root]])
  const queue = [root.id]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const rows = await store.db
      .select({ session: sessions })
      .from(sessionDependencies)
      .innerJoin(sessions, eq(sessionDependencies.sessionId, sessions.id))
      .where(eq(sessionDependencies.dependsOn, id))
    for (const { session } of rows) {
      if (found.has(session.id) || session.status === 'TERMINATED' || session.status === 'CANCELLED') continue
      found.set(session.id, session)
      queue.push(session.id)
    }
  }
  const stats: DestroyStats[] = []
  for (const session of [...found.values()].toReversed()) {
    stats.push(await destroyRow(context, requester, session, options))
  }
  return stats
}

async function destroyRow(
  context: SessionContext,
  requester: Requester,
  session: SessionRow,
  { forced }: { forced: boolean },
): Promise<DestroyStats> {
  const { ports, signals, waiters } = context
  const { store, clock } = ports
  const at = new Date(clock.now())
  const reason = forced ? 'force-terminated' : 'user-requested'
  refuse(session, requester, forced)
  const { id: sessionId, name: sessionName, accessKey } = session
  await ports.plugins.hooks.demand('PRE_DESTROY_SESSION', { sessionId, sessionName, accessKey })
  const before = await liveStats(context, session.id)
  await store.tx(async (tx) => {
    const cancelled = await cancelSessions(tx, store, [session.id], { at, reason, from: ['PENDING'] })
    if (cancelled.length > 0) return
    if (forced) await forceEnd(tx, store, [session.id], { at, reason, atOnce: requester.isSuperadmin })
    else await markTerminating(tx, store, [session.id], { at, reason })
  })
  signals.raise('terminate')
  const end = await waiters.wait(session.id, isOver, { timeoutMs: await patience(context, session.id) })
  signals.raise('schedule')
  const kernel = await mainKernel(store, session.id)
  const status = end === 'CANCELLED' ? 'cancelled' : 'terminated'
  return { ...(kernel.lastStat ?? before), status }
}

const isOver = (status: SessionStatus): boolean =>
  status === 'TERMINATED' || status === 'CANCELLED' || status === 'ERROR'

function refuse({ name, status }: SessionRow, requester: Requester, forced: boolean): void {
  const forbidden = (msg: string) => new Problem('generic-forbidden', { msg })
  if (status === 'TERMINATED' || status === 'CANCELLED') {
    throw forbidden(`The session "${name}" has ended already.`)
  }
  if (status === 'PULLING' && !(forced && requester.isSuperadmin)) {
    throw forbidden(`The session "${name}" is pulling its image: only superadmins can end it now, by force.`)
  }
  const needsForce = ['SCHEDULED', 'PREPARING', 'TERMINATING', 'ERROR'].includes(status)
  if (needsForce && !forced) {
    throw forbidden(`The session "${name}" is ${status}: it can be ended only by force.`)
  }
}

/** An end that no connected agent works on is not waited for. */
async function patience({ ports }: SessionContext, sessionId: string): Promise<number> {
  const { agent } = await mainKernel(ports.store, sessionId)
  return agent !== null && ports.agents.connected().includes(agent) ? WAIT_FOR_END_MS : 1
}

async function liveStats({ ports }: SessionContext, sessionId: string): Promise<Record<string, unknown>> {
  const { id } = await mainKernel(ports.store, sessionId)
  const stats = (await readKernelStats(ports.cache, [id])).get(id)
  return stats ? { ...stats, version: 2 } : {}
}
