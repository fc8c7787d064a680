import { and, eq, inArray } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { agentTerminated } from '../../../events/catalog/cluster.ts'
import { sessionEvents } from '../../../events/catalog/session.ts'
import type { AgentReport } from '../../../wire/agent-rpc.ts'
import { sessionIdentity } from '../rows.ts'
import { sessionEvent } from '../session-events.ts'
import { cancelSessions, endKernels, markTerminating } from '../terminating.ts'
import { moveKernels, settleSession } from '../transitions.ts'

type ReportOf<Type extends AgentReport['type']> = Extract<AgentReport, { type: Type }>

/** A kernel is gone, for whatever reason; `lastStat` is what was known of it last. */
export async function storeTerminated(
  tx: Tx,
  store: Store,
  report: ReportOf<'kernel_terminated'>,
  lastStat: Record<string, unknown> | null,
  at: Date,
): Promise<void> {
  const { kernels, sessions } = store.tables
  const [row] = await tx
    .select({
      kernel: kernels.status,
      role: kernels.clusterRole,
      session: sessions.status,
      info: kernels.statusInfo,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(eq(kernels.id, report.kernelId))
  if (!row || (row.kernel === 'RESTARTING' && report.reason === 'restarting')) return
  const reason = row.kernel === 'TERMINATING' && row.info ? row.info : report.reason
  const occasion = { at, reason, exitCode: report.exitCode }
  const moved = await moveKernels(tx, store, [report.kernelId], 'TERMINATED', {
    ...occasion,
    set: {
      statusInfo: reason,
      statusData: { kernel: { exit_code: report.exitCode }, session: { status: 'terminated' } },
      lastStat,
      ...(report.log ? { containerLog: Buffer.from(report.log) } : {}),
    },
  })
  if (moved.length === 0) return
  if (row.role === 'main' && lastStat) {
    await tx.update(sessions).set({ lastStat }).where(eq(sessions.id, report.sessionId))
  }
  if (['SCHEDULED', 'PREPARING', 'PULLING'].includes(row.session)) {
    const statusData = {
      error: { src: 'agent', name: 'KernelTerminated', repr: `the kernel ended: ${reason}` },
    }
    await cancelSessions(tx, store, [report.sessionId], { at, reason: 'failed-to-start', statusData })
    return
  }
  const settled = await settleSession(tx, store, report.sessionId, {
    ...occasion,
    set: { statusInfo: reason },
  })
  // The main kernel ended by itself: the others follow.
  if (settled === 'TERMINATING') await endKernels(tx, store, [report.sessionId], { at, reason })
}

/** The startup command of a batch session ended: the result is stored and the session ends, in one step. */
export async function storeBatchResult(
  tx: Tx,
  store: Store,
  report: ReportOf<'batch_finished'>,
  at: Date,
): Promise<void> {
  const { sessions } = store.tables
  const isSuccess = report.exitCode === 0
  const rows = await tx
    .update(sessions)
    .set({ result: isSuccess ? 'success' : 'failure' })
    .where(
      and(
        eq(sessions.id, report.sessionId),
        eq(sessions.result, 'undefined'),
        inArray(sessions.status, LIVE_SESSION_STATUSES),
      ),
    )
    .returning(sessionIdentity(sessions))
  const kind = isSuccess ? sessionEvents.success : sessionEvents.failure
  const reason = report.reason || (isSuccess ? 'task-done' : 'task-failed')
  await tx.emit(
    rows.map((session) =>
      sessionEvent(kind, session, { reason, exitCode: report.exitCode }, isSuccess ? 'SUCCESS' : 'FAILURE'),
    ),
  )
  await markTerminating(tx, store, [report.sessionId], { at, reason: 'task-finished' })
}

/** The agent says goodbye; its kernels, where it keeps them, are found again when it comes back. */
export async function storeAgentTerminated(
  tx: Tx,
  store: Store,
  agentId: string,
  reason: string,
  at: Date,
): Promise<void> {
  const { agents } = store.tables
  const moved = await tx
    .update(agents)
    .set({ status: reason === 'agent-restart' ? 'RESTARTING' : 'TERMINATED', statusChanged: at })
    .where(and(eq(agents.id, agentId), inArray(agents.status, ['ALIVE', 'RESTARTING', 'LOST'])))
    .returning({ id: agents.id })
  await tx.emit(moved.map(() => ({ name: agentTerminated.name, payload: { agentId, reason } })))
}
