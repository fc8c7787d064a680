import type { Condition, PendingSession } from '../../core/scheduling.ts'
import type { Ledger } from '../ledger.ts'

/** A condition that a session must meet before an agent is looked for (scheduling.md §6). */
export interface Predicate {
  readonly name: string
  /** System sessions are held to the first three only. */
  readonly appliesToSystem: boolean
  /** Null when the condition is met. */
  check(session: PendingSession, ledger: Ledger): Condition | null
}
