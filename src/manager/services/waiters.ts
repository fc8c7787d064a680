import { inArray } from 'drizzle-orm'
import type { SessionStatus } from '../../core/status.ts'
import { sessionEvents } from '../../events/catalog/session.ts'
import type { ManagerPorts } from '../context.ts'
import { lifeQueries } from './life-queries.ts'

export interface WaitOptions {
  /** Milliseconds; 0 waits without limit. */
  timeoutMs: number
  signal?: AbortSignal
}

/** Callers that wait for a session's status, woken by events. */
export interface Waiters {
  /** The first status for which `until` holds, or TIMEOUT, or GONE when the session's row is. */
  wait(
    sessionId: string,
    until: (status: SessionStatus) => boolean,
    options: WaitOptions,
  ): Promise<SessionStatus | 'TIMEOUT' | 'GONE'>
  connect(): Promise<AsyncDisposable>
  /** Looks at the rows of all who wait: makes up for events that were dropped. */
  recheck(): Promise<void>
}

interface Waiting {
  until: (status: SessionStatus) => boolean
  resolve: (status: SessionStatus | 'GONE') => void
}

const STATUS_OF_EVENT: Record<string, SessionStatus> = {
  [sessionEvents.scheduled.name]: 'SCHEDULED',
  [sessionEvents.preparing.name]: 'PREPARING',
  [sessionEvents.pulling.name]: 'PULLING',
  [sessionEvents.started.name]: 'RUNNING',
  [sessionEvents.cancelled.name]: 'CANCELLED',
  [sessionEvents.terminating.name]: 'TERMINATING',
  [sessionEvents.terminated.name]: 'TERMINATED',
}

export function createWaiters(ports: Pick<ManagerPorts, 'bus' | 'store' | 'clock' | 'log'>): Waiters {
  const waiting = new Map<string, Set<Waiting>>()

  const tell = (sessionId: string, status: SessionStatus | 'GONE') => {
    for (const one of waiting.get(sessionId) ?? []) {
      if (status === 'GONE' || one.until(status)) one.resolve(status)
    }
  }

  const check = async (ids: readonly string[]) => {
    if (ids.length === 0) return
    const [id] = ids
    const rows = ids.length === 1 ? await lifeQueries(ports.store).status({ id }) : await statuses(ids)
    const found = new Map(rows.map((row) => [row.id, row.status]))
    for (const id of ids) tell(id, found.get(id) ?? 'GONE')
  }

  const statuses = (ids: readonly string[]) => {
    const { sessions } = ports.store.tables
    return ports.store.db
      .select({ id: sessions.id, status: sessions.status })
      .from(sessions)
      .where(inArray(sessions.id, [...ids]))
  }

  const recheck = () => check([...waiting.keys()])

  return {
    recheck,
    connect: () =>
      ports.bus.subscribe(
        Object.values(sessionEvents),
        (event) => {
          const status = STATUS_OF_EVENT[event.name]
          if (status) tell(event.payload.sessionId, status)
        },
        {
          buffer: 65_536,
          onDropped: () => {
            recheck().catch((error) => ports.log.error({ err: error }, 'waiters not rechecked'))
          },
        },
      ),
    async wait(sessionId, until, options) {
      const done = Promise.withResolvers<SessionStatus | 'GONE'>()
      const one: Waiting = { until, resolve: done.resolve }
      const all = waiting.get(sessionId) ?? new Set()
      waiting.set(sessionId, all.add(one))
      const stop = new AbortController()
      const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
      try {
        // The status may have been reached before this call began to listen.
        await check([sessionId])
        const timer = options.timeoutMs > 0 ? [timeout(ports, options.timeoutMs, signal)] : []
        const given = options.signal ? [aborted(options.signal)] : []
        return await Promise.race([done.promise, ...timer, ...given])
      } finally {
        stop.abort()
        all.delete(one)
        if (all.size === 0) waiting.delete(sessionId)
      }
    },
  }
}

async function timeout(
  ports: Pick<ManagerPorts, 'clock'>,
  ms: number,
  signal: AbortSignal,
): Promise<'TIMEOUT'> {
  await ports.clock.sleep(ms, signal).catch(() => {})
  return 'TIMEOUT'
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

const STARTING: readonly SessionStatus[] = ['PENDING', 'SCHEDULED', 'PULLING', 'PREPARING', 'RESTARTING']

/** Nothing more is to be waited for: the session runs, or it never will. */
export const isSettled = (status: SessionStatus): boolean => !STARTING.includes(status)
