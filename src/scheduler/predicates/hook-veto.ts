import type { Predicate } from './predicate.ts'

/** No hook of the kind PREDICATE has anything against the session (accelerators-plugins.md §6). */
export const hookVeto: Predicate = {
  name: 'hook',
  appliesToSystem: true,
  check: (session, ledger) => ledger.snapshot.vetoes?.get(session.id) ?? null,
}
