import type { Logger } from '../../lib/logger.ts'

/** A task that runs at once when triggered, never twice at a time; triggers during a run lead to one more run. */
export interface Coalesced extends AsyncDisposable {
  trigger(): void
  /** Resolves when nothing runs and nothing is asked for. */
  idle(): Promise<void>
}

export function coalesced(name: string, log: Logger, run: () => Promise<void>): Coalesced {
  let running: Promise<void> | null = null
  let again = false
  let stopped = false

  const loop = async () => {
    do {
      again = false
      try {
        await run()
      } catch (error) {
        // What a failed run left undone is found again by the next one.
        log.error({ err: error, loop: name }, 'a run of the loop failed')
      }
    } while (again && !stopped)
    running = null
  }

  const idle = async () => {
    while (running) await running
  }

  return {
    idle,
    trigger() {
      if (stopped) return
      if (running) again = true
      else running = loop()
    },
    [Symbol.asyncDispose]: () => {
      stopped = true
      return idle()
    },
  }
}
