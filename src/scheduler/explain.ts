import { type Amount, ZERO } from '../core/amount.ts'
import type { Condition } from '../core/scheduling.ts'
import { amountOf, lackingSlots, slotsToJson, subtractSlots } from '../core/slots.ts'
import type { Ledger } from './ledger.ts'
import { human } from './predicates/resource-limits.ts'
import type { Choice, Demand, Verdict } from './select-agent.ts'

/** Why no agent took a demand: the unmet conditions with how many agents fail each, one sentence per condition. */
export function explain(demand: Demand, choice: Choice, groupName: string, ledger: Ledger): Condition[] {
  const considered = [...choice.verdicts.values()].reduce((sum, agents) => sum + agents.length, 0)
  if (considered === 0) return [nobody(demand, groupName)]
  return [...choice.verdicts.entries()]
    .filter(([verdict]) => verdict !== 'fits')
    .map(([verdict, agents]) => ({
      name: verdict,
      message: sentence(verdict, demand, choice, agents.length, ledger),
      details: {
        agents: agents.map((agent) => agent.id),
        ...(verdict === 'resources' ? { requested: slotsToJson(demand.slots) } : {}),
      },
    }))
}

function nobody(demand: Demand, groupName: string): Condition {
  const message =
    demand.designatedAgent === null
      ? `The resource group "${groupName}" has no agent.`
      : `The designated agent "${demand.designatedAgent}" is not in the resource group "${groupName}".`
  return { name: 'agents', message, details: { scalingGroup: groupName, designated: demand.designatedAgent } }
}

const plural = (count: number): string => (count === 1 ? '1 agent' : `${count} agents`)

function sentence(verdict: Verdict, demand: Demand, choice: Choice, count: number, ledger: Ledger): string {
  const first = demand.kernels[0]
  const who = plural(count)
  switch (verdict) {
    case 'not-alive':
      return `${who} cannot be reached.`
    case 'not-schedulable':
      return `${who} ${count === 1 ? 'is' : 'are'} excluded from scheduling.`
    case 'architecture':
      return `${who} ${count === 1 ? 'is' : 'are'} not ${first?.architecture ?? 'of the right architecture'}.`
    case 'image':
      return `${who} ${count === 1 ? 'does' : 'do'} not have the image ${first?.image ?? ''} and cannot pull it.`
    case 'container-limit':
      return `${who} already ${count === 1 ? 'runs' : 'run'} as many kernels as one agent may.`
    case 'resources':
      return `${who} ${count === 1 ? 'has' : 'have'} too little free: ${lack(demand, choice, ledger)}.`
    case 'fits':
      return `${who} would do.`
  }
}

/** What the best agents lack, e.g. `cpu (4 asked, at most 2 free)`. */
function lack(demand: Demand, choice: Choice, ledger: Ledger): string {
  const remaining = (choice.verdicts.get('resources') ?? []).map((agent) =>
    subtractSlots(agent.available, ledger.occupied(agent)),
  )
  const names = new Set(remaining.flatMap((free) => lackingSlots(demand.slots, free)))
  return [...names]
    .map((name) => {
      const most = largest(remaining.map((free) => amountOf(free, name)))
      return `${name} (${human(name, amountOf(demand.slots, name))} asked, at most ${human(name, most)} free)`
    })
    .join(', ')
}

const largest = (amounts: readonly Amount[]): Amount =>
  amounts.toSorted((a, b) => Number(b > a) - Number(b < a))[0] ?? ZERO
