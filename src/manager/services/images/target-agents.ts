import { asc, eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'

export interface TargetAgent {
  readonly id: string
  readonly architecture: string
  readonly scalingGroup: string
}

const GROUP_PREFIX = /^(?:sgroup|scaling-group|resource-group):/

/**
 * The living agents that expressions name, each once: an agent's id, ids with `*` in them, a resource group by its
 * name (`sgroup:NAME` where an agent is called the same), several with commas; `!` before one takes its agents out.
 * @throws Problem where one names nobody.
 */
export async function targetAgents(
  { db, tables: { agents } }: Pick<Store, 'db' | 'tables'>,
  expressions: readonly (string | null)[],
): Promise<TargetAgent[]> {
  const living: TargetAgent[] = await db
    .select({ id: agents.id, architecture: agents.architecture, scalingGroup: agents.scalingGroup })
    .from(agents)
    .where(eq(agents.status, 'ALIVE'))
    .orderBy(asc(agents.id))
  const terms = expressions
    .flatMap((text) => (text ?? '').split(','))
    .map((term) => term.trim())
    .filter((term) => term !== '')
  if (terms.length === 0) {
    throw new Problem('invalid-api-params', {
      msg: 'target_agents: name agents, resource groups, or "*" for all.',
      data: { target_agents: 'empty' },
    })
  }
  const wanted = new Set<TargetAgent>()
  const unwanted = new Set<TargetAgent>()
  for (const term of terms) {
    const isExcluded = term.startsWith('!')
    for (const agent of agentsOf(isExcluded ? term.slice(1).trim() : term, living)) {
      ;(isExcluded ? unwanted : wanted).add(agent)
    }
  }
  // Exclusions alone are of all.
  const base = terms.every((term) => term.startsWith('!')) ? living : living.filter((one) => wanted.has(one))
  const chosen = base.filter((one) => !unwanted.has(one))
  if (chosen.length > 0) return chosen
  throw notFound('agent', `No living agent is among "${terms.join(', ')}".`)
}

function agentsOf(term: string, living: readonly TargetAgent[]): readonly TargetAgent[] {
  const group = term.replace(GROUP_PREFIX, '')
  if (group === term) {
    if (term === '*') return living
    const found = term.includes('*')
      ? living.filter(({ id }) => matches(term, id))
      : living.filter(({ id }) => id === term)
    if (found.length > 0) return found
  }
  const ofGroup = living.filter(({ scalingGroup }) => scalingGroup === group)
  if (ofGroup.length > 0) return ofGroup
  throw notFound('agent', `"${term}" is no living agent and no resource group that has one.`)
}

/** Piece by piece: a pattern made into a regular expression could take for ever. */
function matches(pattern: string, id: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  if (!id.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = id.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return id.length - last.length >= at && id.endsWith(last)
}
