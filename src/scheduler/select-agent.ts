import { type Amount, subtract, ZERO } from '../core/amount.ts'
import type { AgentView, KernelRequest, ResourceGroup } from '../core/scheduling.ts'
import { amountOf, lackingSlots, type Slots, subtractSlots } from '../core/slots.ts'
import type { Ledger } from './ledger.ts'

/** What one agent would have to host: a whole single-node session, or one kernel of a cluster. */
export interface Demand {
  readonly kernels: readonly KernelRequest[]
  readonly slots: Slots
  readonly designatedAgent: string | null
}

/** Why an agent cannot host a demand; `fits` when it can. */
export type Verdict =
  | 'fits'
  | 'not-alive'
  | 'not-schedulable'
  | 'architecture'
  | 'image'
  | 'container-limit'
  | 'resources'

export interface Choice {
  agent: AgentView | null
  /** Agents of the group by verdict. */
  verdicts: Map<Verdict, AgentView[]>
}

/** The agent for a demand, by the group's strategy; ties go to the smaller id. */
export function selectAgent(
  demand: Demand,
  agents: readonly AgentView[],
  group: ResourceGroup,
  ledger: Ledger,
): Choice {
  const verdicts = new Map<Verdict, AgentView[]>()
  for (const agent of agents) {
    if (demand.designatedAgent !== null && agent.id !== demand.designatedAgent) continue
    const verdict = judge(demand, agent, ledger)
    verdicts.set(verdict, [...(verdicts.get(verdict) ?? []), agent])
  }
  const fitting = verdicts.get('fits') ?? []
  const order = priorities(demand.slots, ledger.snapshot.slotPriority)
  const sign = group.strategy === 'concentrated' ? -1n : 1n
  let best: { agent: AgentView; key: Amount[] } | null = null
  for (const agent of fitting) {
    const key = preference(agent, demand.slots, order, sign, ledger)
    if (!best || isBefore(key, agent.id, best.key, best.agent.id)) best = { agent, key }
  }
  return { agent: best?.agent ?? null, verdicts }
}

function judge(demand: Demand, agent: AgentView, ledger: Ledger): Verdict {
  const { maxContainersPerAgent } = ledger.snapshot
  if (!agent.alive) return 'not-alive'
  if (!agent.schedulable) return 'not-schedulable'
  if (demand.kernels.some((kernel) => kernel.architecture !== agent.architecture)) return 'architecture'
  if (demand.kernels.some((kernel) => !hasImage(agent, kernel))) return 'image'
  if (
    maxContainersPerAgent !== null &&
    ledger.containers(agent) + demand.kernels.length > maxContainersPerAgent
  ) {
    return 'container-limit'
  }
  const remaining = subtractSlots(agent.available, ledger.occupied(agent))
  return lackingSlots(demand.slots, remaining).length === 0 ? 'fits' : 'resources'
}

/** Installed, or pullable: native processes pull nothing. */
const hasImage = (agent: AgentView, kernel: KernelRequest): boolean =>
  agent.images.has(`${kernel.image}@${kernel.architecture}`) ||
  (!kernel.imageIsLocal && agent.backend !== 'process')

/** Unasked-for kinds of slots first (accelerator nodes stay free), then what remains by slot priority. */
function preference(
  agent: AgentView,
  want: Slots,
  order: readonly string[],
  sign: bigint,
  ledger: Ledger,
): Amount[] {
  const extras = [...agent.available].filter(
    ([name, amount]) => amount > ZERO && amountOf(want, name) === ZERO,
  ).length
  const occupied = ledger.occupied(agent)
  const remaining = order.map(
    (slot) => sign * subtract(amountOf(agent.available, slot), amountOf(occupied, slot)),
  )
  return [-BigInt(extras), ...remaining]
}

function isBefore(a: readonly Amount[], aId: string, b: readonly Amount[], bId: string): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? ZERO
    if (value !== other) return value > other
  }
  return aId < bId
}

function priorities(want: Slots, priority: readonly string[]): string[] {
  const rank = (slot: string): number => {
    const device = slot.split('.', 1)[0] ?? slot
    const index = priority.indexOf(device)
    return index < 0 ? priority.length : index
  }
  return [...want.keys()].toSorted((a, b) => rank(a) - rank(b))
}
