import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { describeError } from './agent-error.ts'

/** Runs a step every `intervalMs`, the first after one interval, until the signal; a failed round is logged and repeated. */
export async function repeat(
  name: string,
  intervalMs: number,
  step: () => Promise<void>,
  { clock, log, signal }: { clock: Clock; log: Logger; signal: AbortSignal },
): Promise<void> {
  while (true) {
    try {
      await clock.sleep(intervalMs, signal)
      await step()
    } catch (error) {
      if (signal.aborted) return
      log.warn({ error: describeError(error), loop: name }, 'a round of a loop failed')
    }
  }
}
