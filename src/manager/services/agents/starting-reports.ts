import { and, eq, inArray } from 'drizzle-orm'
import { NO_SLOTS, slotsFromJson, slotsToJson, sumSlots } from '../../../core/slots.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { kernelEvents, sessionEvents } from '../../../events/catalog/session.ts'
import type { AgentReport, KernelCreated } from '../../../wire/agent-rpc.ts'
import { lifeQueries } from '../life-queries.ts'
import { kernelEvent, sessionEvent } from '../session-events.ts'
import { cancelSessions } from '../terminating.ts'
import { identities, moveKernels, moveSessions, settleSession } from '../transitions.ts'

type ReportOf<Type extends AgentReport['type']> = Extract<AgentReport, { type: Type }>

/** A kernel's start goes on: events for those who watch; the first pull moves kernel and session to PULLING. */
export async function storeProgress(
  tx: Tx,
  store: Store,
  report: ReportOf<'kernel_preparing' | 'kernel_creating' | 'kernel_pulling'>,
  at: Date,
): Promise<void> {
  if (report.type === 'kernel_pulling') {
    const change = { at, reason: report.image }
    await moveKernels(tx, store, [report.kernelId], 'PULLING', {
      ...change,
      from: ['SCHEDULED', 'PREPARING'],
    })
    await settleSession(tx, store, report.sessionId, { ...change, from: ['SCHEDULED', 'PREPARING'] })
    return
  }
  const [kernel] = await lifeQueries(store).kernel({ id: report.kernelId }, tx)
  const session = (await identities(tx, store, [report.sessionId])).get(report.sessionId)
  if (!kernel || !session || !['SCHEDULED', 'PREPARING', 'PULLING'].includes(kernel.status)) return
  const occasion = { reason: '' }
  if (report.type === 'kernel_preparing') {
    await tx.emit([kernelEvent(kernelEvents.preparing, session, kernel, occasion)])
    return
  }
  await moveKernels(tx, store, [kernel.id], 'PREPARING', { ...occasion, at, from: ['PULLING'] })
  const isMain = kernel.clusterRole === 'main'
  await tx.emit([
    kernelEvent(kernelEvents.creating, session, kernel, occasion),
    ...(isMain ? [sessionEvent(sessionEvents.creating, session, occasion)] : []),
  ])
}

/**
 * A container runs and its runner answered.
 * @returns false when the kernel should not run any more: the caller ends it.
 */
export async function storeStarted(
  tx: Tx,
  store: Store,
  sessionId: string,
  created: KernelCreated,
  at: Date,
): Promise<boolean> {
  const facts = {
    containerId: created.containerId,
    kernelHost: created.kernelHost,
    servicePorts: created.servicePorts,
    occupiedSlots: created.occupiedSlots,
    attachedDevices: created.attachedDevices,
    statusInfo: '',
  }
  const occasion = { at, reason: 'new-container-started' }
  const moved = await moveKernels(tx, store, [created.kernelId], 'RUNNING', {
    ...occasion,
    set: facts,
    from: ['SCHEDULED', 'PREPARING', 'BUILDING', 'PULLING', 'RESTARTING'],
  })
  if (moved.length === 0) return refreshRunning(tx, store, created, facts)
  const rows = await lifeQueries(store).kernelsOfSession({ id: sessionId }, tx)
  const occupying = rows.reduce((sum, row) => sumSlots(sum, slotsFromJson(row.slots)), NO_SLOTS)
  await settleSession(tx, store, sessionId, {
    ...occasion,
    set: { statusInfo: '', statusData: {}, occupyingSlots: slotsToJson(occupying) },
  })
  return true
}

/** A second report of the same kernel, e.g. after the agent's restart, may tell of another container or other ports. */
async function refreshRunning(
  tx: Tx,
  store: Store,
  created: KernelCreated,
  facts: Pick<
    KernelCreated,
    'containerId' | 'kernelHost' | 'servicePorts' | 'occupiedSlots' | 'attachedDevices'
  >,
): Promise<boolean> {
  const { kernels } = store.tables
  const rows = await tx
    .update(kernels)
    .set(facts)
    .where(and(eq(kernels.id, created.kernelId), inArray(kernels.status, ['RUNNING', 'RESIZING'])))
    .returning({ id: kernels.id })
  if (rows.length > 0) return true
  const [row] = await tx
    .select({ status: kernels.status })
    .from(kernels)
    .where(eq(kernels.id, created.kernelId))
  // TERMINATING is driven by the terminate loop.
  return row?.status === 'TERMINATING'
}

/** A kernel could not be started: its session is given up as a whole, and what its siblings left is cleaned up. */
export async function storeFailed(
  tx: Tx,
  store: Store,
  report: ReportOf<'kernel_failed'>,
  at: Date,
): Promise<void> {
  const statusData = {
    error: { src: 'agent', name: report.error.name, repr: `${report.error.name}: ${report.error.message}` },
  }
  const reason = 'failed-to-start'
  const set = { statusInfo: reason, statusData }
  const cancelled = await moveKernels(tx, store, [report.kernelId], 'CANCELLED', {
    at,
    reason,
    set,
    from: ['SCHEDULED', 'PREPARING', 'BUILDING', 'PULLING'],
  })
  if (cancelled.length > 0) {
    await cancelSessions(tx, store, [report.sessionId], { at, reason, statusData })
    return
  }
  // It was being ended or restarted meanwhile: now it is gone.
  const gone = await moveKernels(tx, store, [report.kernelId], 'TERMINATED', { at, reason, set })
  if (gone.length === 0) return
  const settled = await settleSession(tx, store, report.sessionId, { at, reason })
  if (settled === null)
    await moveSessions(tx, store, [report.sessionId], 'ERROR', { at, reason, set, from: ['RESTARTING'] })
}
