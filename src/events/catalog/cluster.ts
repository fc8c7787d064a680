import * as v from 'valibot'
import { defineEvent } from '../define.ts'

const nothing = v.object({})

/** Something changed that the schedule loop should look at. */
export const doSchedule = defineEvent('do_schedule', nothing)
/** Sessions wait to be prepared on their agents. */
export const doPrepare = defineEvent('do_prepare', nothing)
/** Sessions or kernels wait to be ended. */
export const doTerminate = defineEvent('do_terminate', nothing)

export const agentStarted = defineEvent(
  'agent_started',
  v.object({ agentId: v.string(), reason: v.string() }),
)
export const agentTerminated = defineEvent(
  'agent_terminated',
  v.object({ agentId: v.string(), reason: v.string() }),
)

/** A keypair, user or policy changed: processes drop what they remember of it. */
export const accountChanged = defineEvent(
  'account_changed',
  v.object({ accessKeys: v.array(v.string()), userUuids: v.array(v.string()) }),
)
/** A shared setting changed; `revision` is the newest. */
export const configChanged = defineEvent('config_changed', v.object({ revision: v.number() }))
