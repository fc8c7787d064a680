import type { PendingSession, SchedulingPolicy } from '../../src/core/scheduling.ts'
import type { SchedulerPlugin } from '../../src/plugin/scheduler.ts'

/**
 * First come, first served. With `num_retries_to_skip` = N > 0, sessions that failed N times or more are tried after
 * all others, so that one that cannot be placed does not hold up the rest.
 */
export const schedulerFifo: SchedulerPlugin = {
  name: 'fifo',
  configure(options) {
    const limit = Number(options.num_retries_to_skip ?? 0)
    if (!Number.isInteger(limit) || limit < 0) {
      throw new RangeError('scheduler fifo: num_retries_to_skip must be a whole number of at least 0')
    }
    return fifo(limit)
  },
}

function fifo(retriesToSkip: number): SchedulingPolicy {
  return {
    queue({ pending }) {
      const order = retriesToSkip === 0 ? pending : postponed(pending, retriesToSkip)
      let index = 0
      return { next: () => order[index++] ?? null, placed: () => {} }
    },
  }
}

function postponed(pending: readonly PendingSession[], limit: number): PendingSession[] {
  const ready = pending.filter((session) => session.retries < limit)
  const skipped = pending.filter((session) => session.retries >= limit)
  return [...ready, ...skipped]
}
