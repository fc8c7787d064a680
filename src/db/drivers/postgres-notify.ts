import type { Sql } from 'postgres'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'

export const OUTBOX_CHANNEL = 'backendai_outbox'
const RELISTEN_MS = 30_000

export interface NotifyOptions {
  sql: Sql
  /** What this process sends with its own notifications, to pass over them. */
  self: string
  onOther: () => void
  clock: Clock
  log: Logger
}

/** Hears of other processes' commits. The client listens again after a lost connection, but gives up when that fails: so does this, every 30 s. */
export function listenForCommits(options: NotifyOptions): AsyncDisposable {
  const { sql, self, onOther, clock, log } = options
  const stop = new AbortController()
  const hear = (sender: string) => {
    if (sender !== self) onOther()
  }

  const loop = async () => {
    let before: { unlisten: () => Promise<void> } | null = null
    while (!stop.signal.aborted) {
      try {
        // On a live channel this only swaps the function; on a lost one it listens anew.
        const now = await sql.listen(OUTBOX_CHANNEL, (sender) => hear(sender))
        await before?.unlisten()
        before = now
      } catch (error) {
        log.warn({ err: error }, 'cannot listen for commits of other managers; polling goes on')
      }
      await clock.sleep(RELISTEN_MS, stop.signal).catch(() => undefined)
    }
  }
  const done = loop()

  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await done
    },
  }
}
