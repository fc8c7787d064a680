import type { Logger } from '../../lib/logger.ts'

/** Work that a loop begins and does not wait for, such as a call to an agent that may be slow; ended on disposal. */
export interface Detached extends AsyncDisposable {
  run(work: () => Promise<void>): void
}

export function createDetached(log: Logger): Detached {
  const open = new Set<Promise<void>>()
  return {
    run(work) {
      const one: Promise<void> = work()
        .catch((error) => log.error({ err: error }, 'work of a loop failed and will be repeated'))
        .finally(() => open.delete(one))
      open.add(one)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open)
    },
  }
}
