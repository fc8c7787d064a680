import type { Logger } from '../../lib/logger.ts'

export const DEFAULT_BUFFER = 1024

export interface MailboxOptions<Item> {
  /** Items that may wait; beyond it new ones are dropped. */
  buffer: number
  onDropped: ((count: number) => void) | undefined
  handle: (item: Item) => Promise<void>
  log: Logger
}

/** Items in order, one at a time, for a handler that may be slow; what it throws is logged and the next one follows. */
export interface Mailbox<Item> {
  put(item: Item): void
  /** Tells the handler's owner that an unknown number was lost at this point. */
  putGap(): void
  /** Drops what waits and resolves when the handler is idle. */
  close(): Promise<void>
}

export function createMailbox<Item>(options: MailboxOptions<Item>): Mailbox<Item> {
  const { buffer, onDropped, handle, log } = options
  type Entry = { item: Item } | { gap: number }
  let waiting: Entry[] = []
  let dropped = 0
  let running: Promise<void> | null = null
  let closed = false

  const run = async () => {
    // One turn later, so that nobody's handler runs inside somebody's publish.
    await null
    while (!closed) {
      const entry = waiting.shift() ?? takeGap()
      if (entry === null) break
      try {
        if ('gap' in entry) onDropped?.(entry.gap)
        else await handle(entry.item)
      } catch (error) {
        log.error({ err: error }, 'an event handler failed')
      }
    }
    running = null
  }
  const takeGap = (): Entry | null => {
    if (dropped === 0) return null
    const gap = dropped
    dropped = 0
    return { gap }
  }
  const add = (entry: Entry) => {
    if (closed) return
    waiting.push(entry)
    running ??= run()
  }

  return {
    put(item) {
      if (waiting.length >= buffer) {
        dropped += 1
        return
      }
      const gap = takeGap()
      if (gap !== null) add(gap)
      add({ item })
    },
    putGap: () => add({ gap: 0 }),
    async close() {
      closed = true
      waiting = []
      await running
    },
  }
}
