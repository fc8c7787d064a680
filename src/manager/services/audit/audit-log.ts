import { randomUUIDv7 } from 'bun'
import type { Store } from '../../../db/store.ts'
import type { ManagerPorts } from '../../context.ts'
import { chunked } from '../rows.ts'

export type AuditRow = Store['tables']['auditLogs']['$inferSelect']

/** One deed, by whom and from where. */
export type AuditEntry = Omit<AuditRow, 'id' | 'createdAt'>

/**
 * Takes down who changed what. Entries are written together within a quarter of a second: a killed process loses those
 * of that moment, and none while the database is away for a while.
 */
export interface AuditLog extends AsyncDisposable {
  note(entry: AuditEntry): void
  /** Writes what is waiting, now. */
  flush(): Promise<void>
}

const PAUSE_MS = 250
const RETRY_MS = 5000
/** Beyond so many unwritten entries the oldest go. */
const MAX_WAITING = 20_000

export function createAuditLog({
  store,
  clock,
  log,
}: Pick<ManagerPorts, 'store' | 'clock' | 'log'>): AuditLog {
  const { auditLogs } = store.tables
  const stop = new AbortController()
  let waiting: AuditRow[] = []
  let running: Promise<void> | null = null
  let timer: Promise<void> | null = null

  async function write(): Promise<void> {
    const rows = waiting
    waiting = []
    if (rows.length === 0) return
    try {
      await store.tx(async (tx) => {
        for (const chunk of chunked(rows)) await tx.insert(auditLogs).values(chunk)
      })
    } catch (error) {
      const kept = [...rows, ...waiting].slice(-MAX_WAITING)
      log.error({ err: error, waiting: kept.length }, 'the audit log cannot be written; trying again')
      waiting = kept
    }
  }

  function flush(): Promise<void> {
    const run = (running ?? Promise.resolve()).then(write)
    running = run
    return run
  }

  function writeAfter(ms: number): void {
    timer ??= clock
      .sleep(ms, stop.signal)
      .catch(() => {})
      .then(async () => {
        timer = null
        await flush()
        if (waiting.length > 0 && !stop.signal.aborted) writeAfter(RETRY_MS)
      })
  }

  return {
    note(entry) {
      waiting.push({ ...entry, id: randomUUIDv7(), createdAt: new Date(clock.now()) })
      writeAfter(PAUSE_MS)
    },
    flush,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await timer
      await flush()
    },
  }
}
