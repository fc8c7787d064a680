import * as v from 'valibot'
import { defineEvent } from '../define.ts'

/** What every session event carries; the stream of §3.5 in client-wire.md is made from it. */
const sessionFields = {
  sessionId: v.string(),
  sessionName: v.string(),
  ownerAccessKey: v.string(),
  userUuid: v.string(),
  groupId: v.string(),
  domainName: v.string(),
  reason: v.string(),
  exitCode: v.nullable(v.number()),
}

export const sessionPayload = v.object({ ...sessionFields, result: v.optional(v.string()) })
export type SessionEventPayload = v.InferOutput<typeof sessionPayload>

export const kernelPayload = v.object({
  ...sessionFields,
  kernelId: v.string(),
  clusterRole: v.string(),
  clusterIdx: v.number(),
})
export type KernelEventPayload = v.InferOutput<typeof kernelPayload>

const session = (name: string) => defineEvent(name, sessionPayload)
const kernel = (name: string) => defineEvent(name, kernelPayload)

export const sessionEvents = {
  enqueued: session('session_enqueued'),
  scheduled: session('session_scheduled'),
  preparing: session('session_preparing'),
  pulling: session('session_pulling'),
  creating: session('session_creating'),
  started: session('session_started'),
  cancelled: session('session_cancelled'),
  terminating: session('session_terminating'),
  terminated: session('session_terminated'),
  success: session('session_success'),
  failure: session('session_failure'),
} as const

export const kernelEvents = {
  preparing: kernel('kernel_preparing'),
  pulling: kernel('kernel_pulling'),
  creating: kernel('kernel_creating'),
  started: kernel('kernel_started'),
  cancelled: kernel('kernel_cancelled'),
  terminating: kernel('kernel_terminating'),
  terminated: kernel('kernel_terminated'),
} as const
