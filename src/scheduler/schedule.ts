import type {
  AgentView,
  Assignment,
  Condition,
  PendingSession,
  Placement,
  Plan,
  ResourceGroup,
  SchedulingPolicy,
  Snapshot,
  Unplaced,
} from '../core/scheduling.ts'
import { NO_SLOTS, sumSlots } from '../core/slots.ts'
import { explain } from './explain.ts'
import { Ledger } from './ledger.ts'
import { hookVeto } from './predicates/hook-veto.ts'
import { PREDICATES } from './predicates/index.ts'
import { type Demand, selectAgent } from './select-agent.ts'

/**
 * One run of the engine: every pending session is tried once, in the order of its group's policy (scheduling.md §2).
 * Pure: the same snapshot and policies give the same plan.
 */
export function schedule(snapshot: Snapshot, policyOf: (group: ResourceGroup) => SchedulingPolicy): Plan {
  const ledger = new Ledger(snapshot)
  const placements: Placement[] = []
  const unplaced: Unplaced[] = []
  const expired: string[] = []
  for (const group of snapshot.groups) {
    const own = snapshot.pending.filter((session) => session.scalingGroup === group.name)
    const waiting = own.filter((session) => !isExpired(session, group, snapshot.now))
    expired.push(...own.filter((session) => !waiting.includes(session)).map((session) => session.id))
    if (waiting.length === 0) continue
    const agents = snapshot.agents.filter((agent) => agent.scalingGroup === group.name)
    const queue = policyOf(group).queue({
      pending: waiting,
      active: snapshot.active.filter((session) => session.scalingGroup === group.name),
      capacity: agents
        .filter((agent) => agent.alive && agent.schedulable)
        .reduce((sum, agent) => sumSlots(sum, agent.available), NO_SLOTS),
    })
    for (let session = queue.next(); session !== null; session = queue.next()) {
      const outcome = tryToPlace(session, agents, group, ledger)
      if ('assignments' in outcome) {
        placements.push(outcome)
        ledger.charge(session)
        queue.placed(session)
      } else {
        unplaced.push(outcome)
      }
    }
  }
  return { placements, unplaced, expired }
}

const isExpired = (session: PendingSession, group: ResourceGroup, now: number): boolean =>
  group.pendingTimeoutMs > 0 && now - session.createdAt >= group.pendingTimeoutMs

function tryToPlace(
  session: PendingSession,
  agents: readonly AgentView[],
  group: ResourceGroup,
  ledger: Ledger,
): Placement | Unplaced {
  const all = ledger.snapshot.vetoes ? [...PREDICATES, hookVeto] : PREDICATES
  const rules = all.filter((rule) => session.type !== 'system' || rule.appliesToSystem)
  const failed: Condition[] = []
  const passed: string[] = []
  for (const rule of rules) {
    const condition = rule.check(session, ledger)
    if (condition) failed.push(condition)
    else passed.push(rule.name)
  }
  if (failed.length > 0) return { sessionId: session.id, cause: 'predicate-checks-failed', failed, passed }
  const result = place(session, agents, group, ledger)
  if ('failed' in result) {
    return { sessionId: session.id, cause: 'no-available-instances', failed: result.failed, passed }
  }
  return { sessionId: session.id, assignments: result.assignments }
}

/** All kernels or none: a demand that finds no agent gives back what the earlier ones took. */
function place(
  session: PendingSession,
  agents: readonly AgentView[],
  group: ResourceGroup,
  ledger: Ledger,
): { assignments: Assignment[] } | { failed: Condition[] } {
  const taken: { agent: AgentView; occupied: ReturnType<Ledger['occupied']>; containers: number }[] = []
  const assignments: Assignment[] = []
  for (const demand of demandsOf(session)) {
    const choice = selectAgent(demand, agents, group, ledger)
    if (!choice.agent) {
      for (const { agent, occupied, containers } of taken.toReversed()) {
        ledger.restore(agent, occupied, containers)
      }
      return { failed: explain(demand, choice, group.name, ledger) }
    }
    const { agent } = choice
    taken.push({ agent, occupied: ledger.occupied(agent), containers: ledger.containers(agent) })
    ledger.occupy(agent, demand.slots, demand.kernels.length)
    assignments.push(...demand.kernels.map((kernel) => ({ kernelId: kernel.id, agentId: agent.id })))
  }
  return { assignments }
}

function demandsOf(session: PendingSession): Demand[] {
  if (session.clusterMode === 'multi-node') {
    return session.kernels.map((kernel) => ({
      kernels: [kernel],
      slots: kernel.slots,
      designatedAgent: kernel.designatedAgent,
    }))
  }
  const slots = session.kernels.reduce((sum, kernel) => sumSlots(sum, kernel.slots), NO_SLOTS)
  return [{ kernels: session.kernels, slots, designatedAgent: session.kernels[0]?.designatedAgent ?? null }]
}
