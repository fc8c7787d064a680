import type { ShapeRole } from '../harness/shape/role-process.ts'
import type { Outcome } from './kill.ts'
import { PHASES, type Phase, RESTARTING } from './phase.ts'

/** What came of all kills of a run. */
export interface Tally {
  add(outcome: Outcome): void
  hits(role: ShapeRole, phase: Phase): number
  readonly kills: number
  /** Sentences about everything that must not be. */
  readonly faults: readonly string[]
  /** `kills N, leaks 0, stuck 0`, and what else was counted. */
  summary(): string
  /** How often each role was killed in each phase. */
  table(): string
}

export function createTally(): Tally {
  const outcomes: Outcome[] = []
  const hits = (role: ShapeRole, phase: Phase): number =>
    outcomes.filter((one) => one.role === role && one.hit === phase).length
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0)
  return {
    hits,
    add: (outcome) => void outcomes.push(outcome),
    get kills() {
      return sum(({ kills }) => kills)
    },
    get faults() {
      return outcomes.flatMap(faultsOf)
    },
    summary() {
      const recovery = outcomes.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b)
      const at = (part: number) => Math.round(recovery[Math.floor((recovery.length - 1) * part)] ?? 0)
      const leaks = sum((one) => one.leaks.length)
      const stuck = sum((one) => (one.stuck === null ? 0 : 1))
      const lost = sum((one) => (one.lost === null ? 0 : 1))
      const doubled = sum((one) => one.doubled.length)
      return [
        `kills ${sum(({ kills }) => kills)}, leaks ${leaks}, stuck ${stuck}`,
        `lost ${lost}, handed out twice ${doubled}, recovered within ${at(0.5)} ms (median), ${at(1)} ms (longest)`,
      ].join('\n')
    },
    table() {
      const roles = [...new Set(outcomes.map(({ role }) => role))]
      const width = 14
      const row = (cells: (string | number)[]) => cells.map((cell) => String(cell).padStart(width)).join('')
      const columns = [...PHASES, RESTARTING, 'absent', 'over'] as const
      const count = (role: ShapeRole, moment: (typeof columns)[number]) =>
        outcomes.filter((one) => one.role === role && one.hit === moment).length
      return [
        row(['killed in', ...columns]),
        ...roles.map((role) => row([role, ...columns.map((column) => count(role, column))])),
      ].join('\n')
    },
  }
}

function faultsOf({ role, wanted, hit, stuck, lost, doubled, leaks }: Outcome): string[] {
  const when = `${role} killed in ${hit}${hit === wanted ? '' : ` (aimed at ${wanted})`}`
  return [
    ...(stuck === null ? [] : [`${when}: stuck ${stuck}`]),
    ...(lost === null ? [] : [`${when}: lost ${lost}`]),
    ...doubled.map((what) => `${when}: handed out twice: ${what}`),
    ...leaks.map(({ kind, what }) => `${when}: leaked ${kind} ${what}`),
  ]
}
