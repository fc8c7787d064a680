import type { TreeCommand } from './tree.ts'

/** What came of every command: complaints by its path; none at all where it did what it should. */
export interface Outcomes {
  /** A command was run by one of its paths. */
  ran(path: string, complaint: string | null): void
  complaintsOf(path: string): string[]
}

/** What is run must be in the tree. */
export function createOutcomes(tree: readonly TreeCommand[]): Outcomes {
  const known = new Set(tree.flatMap(({ path, aliases }) => [path, ...aliases]))
  const complaints = new Map<string, string[]>()
  return {
    ran(path, complaint) {
      if (!known.has(path)) throw new Error(`the official client has no command "${path}"`)
      const list = complaints.get(path) ?? []
      complaints.set(path, list)
      if (complaint !== null) list.push(complaint)
    },
    complaintsOf: (path) => complaints.get(path) ?? ['it was never run'],
  }
}
