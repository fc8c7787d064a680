import type { KernelStatus, SessionStatus } from '../../core/status.ts'
import type { OutboxEvent } from '../../db/store.ts'
import {
  type KernelEventPayload,
  kernelEvents,
  type SessionEventPayload,
  sessionEvents,
} from '../../events/catalog/session.ts'
import type { EventKind } from '../../events/define.ts'
import type { KernelRow, SessionIdentity } from './rows.ts'

/** What an event says beside whom it is about. */
export interface Occasion {
  reason: string
  exitCode?: number | null
}

export const SESSION_EVENT_OF: Partial<Record<SessionStatus, EventKind<SessionEventPayload>>> = {
  PENDING: sessionEvents.enqueued,
  SCHEDULED: sessionEvents.scheduled,
  PREPARING: sessionEvents.preparing,
  PULLING: sessionEvents.pulling,
  RUNNING: sessionEvents.started,
  CANCELLED: sessionEvents.cancelled,
  TERMINATING: sessionEvents.terminating,
  TERMINATED: sessionEvents.terminated,
}

export const KERNEL_EVENT_OF: Partial<Record<KernelStatus, EventKind<KernelEventPayload>>> = {
  PULLING: kernelEvents.pulling,
  RUNNING: kernelEvents.started,
  CANCELLED: kernelEvents.cancelled,
  TERMINATING: kernelEvents.terminating,
  TERMINATED: kernelEvents.terminated,
}

const sessionFields = (session: SessionIdentity, occasion: Occasion) => ({
  sessionId: session.id,
  sessionName: session.name,
  ownerAccessKey: session.accessKey,
  userUuid: session.userUuid,
  groupId: session.groupId,
  domainName: session.domainName,
  reason: occasion.reason,
  exitCode: occasion.exitCode ?? null,
})

export function sessionEvent(
  kind: EventKind<SessionEventPayload>,
  session: SessionIdentity,
  occasion: Occasion,
  result?: string,
): OutboxEvent {
  const payload: SessionEventPayload = sessionFields(session, occasion)
  return { name: kind.name, payload: result === undefined ? payload : { ...payload, result } }
}

export function kernelEvent(
  kind: EventKind<KernelEventPayload>,
  session: SessionIdentity,
  kernel: Pick<KernelRow, 'id' | 'clusterRole' | 'clusterIdx'>,
  occasion: Occasion,
): OutboxEvent {
  const payload: KernelEventPayload = {
    ...sessionFields(session, occasion),
    kernelId: kernel.id,
    clusterRole: kernel.clusterRole,
    clusterIdx: kernel.clusterIdx,
  }
  return { name: kind.name, payload }
}
