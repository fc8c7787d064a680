import type { Logger } from '../lib/logger.ts'

/** Who wants to know about commits that left events in the outbox. */
export interface CommitListeners {
  add(listener: () => void): Disposable
  notify(): void
}

export function createCommitListeners(log: Logger): CommitListeners {
  const listeners = new Set<() => void>()
  return {
    add(listener) {
      // Wrapped, so that one function added twice is two listeners.
      const entry = () => listener()
      listeners.add(entry)
      return { [Symbol.dispose]: () => void listeners.delete(entry) }
    },
    notify() {
      for (const listener of listeners) {
        try {
          listener()
        } catch (error) {
          log.error({ err: error }, 'a commit listener failed')
        }
      }
    },
  }
}
