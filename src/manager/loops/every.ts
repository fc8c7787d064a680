import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'

/** Runs a task again and again with a pause between, until the signal; a failure is logged and the next run tries anew. */
export async function every(
  pauseMs: number,
  task: () => Promise<void> | void,
  options: {
    clock: Clock
    log: Logger
    signal: AbortSignal
    name: string
    onError?: (error: unknown) => Promise<void>
  },
): Promise<void> {
  const { clock, log, signal, name } = options
  while (!signal.aborted) {
    await clock.sleep(pauseMs, signal).catch(() => {})
    if (signal.aborted) return
    try {
      await task()
    } catch (error) {
      log.error({ err: error, loop: name }, 'a timed run failed')
      await options.onError?.(error)
    }
  }
}
