import type { Clock } from '../../lib/clock.ts'

/** The last run of a loop in this process. */
export interface LoopRun {
  readonly name: string
  /** ISO times; null: it runs now. */
  readonly startedAt: string
  readonly endedAt: string | null
  readonly isFailed: boolean
}

/** Remembers when each loop ran last, for administrators who wonder whether it does. */
export function createLoopRuns(clock: Pick<Clock, 'now'>): {
  timed(name: string, run: () => Promise<void>): () => Promise<void>
  list(): LoopRun[]
} {
  const runs = new Map<string, LoopRun>()
  const now = () => new Date(clock.now()).toISOString()
  return {
    timed: (name, run) => async () => {
      const begun = { name, startedAt: now(), endedAt: null, isFailed: false }
      runs.set(name, begun)
      let isFailed = true
      try {
        await run()
        isFailed = false
      } finally {
        runs.set(name, { ...begun, endedAt: now(), isFailed })
      }
    },
    list: () => [...runs.values()],
  }
}
