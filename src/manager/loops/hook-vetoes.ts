import type { Condition, PendingSession, Snapshot } from '../../core/scheduling.ts'
import { slotsToJson } from '../../core/slots.ts'
import type { HookPendingSession } from '../../plugin/hook.ts'
import type { Hooks } from '../services/plugins/hooks.ts'

/** Asks the PREDICATE hooks about every session that waits; null where no hook looks at them. */
export async function hookVetoes(
  hooks: Hooks,
  { pending, now }: Pick<Snapshot, 'pending' | 'now'>,
): Promise<ReadonlyMap<string, Condition> | null> {
  if (!(await hooks.handles('PREDICATE'))) return null
  const vetoes = new Map<string, Condition>()
  for (const session of pending) {
    const outcome = await hooks.dispatch('PREDICATE', { session: viewOf(session), now })
    if (outcome.status === 'PASSED') continue
    const { reason: message, plugins } = outcome
    vetoes.set(session.id, { name: 'hook', message, details: { plugins } })
  }
  return vetoes
}

const viewOf = (session: PendingSession): HookPendingSession => ({
  sessionId: session.id,
  sessionName: session.name,
  accessKey: session.accessKey,
  type: session.type,
  userUuid: session.userUuid,
  projectId: session.groupId,
  domainName: session.domainName,
  scalingGroup: session.scalingGroup,
  requestedSlots: slotsToJson(session.requested),
  createdAt: session.createdAt,
})
