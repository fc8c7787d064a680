import { and, eq, inArray, isNull, lte, ne, or, sql } from 'drizzle-orm'
import { DEAD_SESSION_STATUSES } from '../../core/status.ts'
import type { ManagerPorts } from '../context.ts'
import { type CallbackBody, callbackNews } from '../services/callback-news.ts'
import { jsonTextAt } from '../services/json-column.ts'

type Ports = Pick<ManagerPorts, 'store' | 'clock' | 'log'>

/** Posts one body; rejects unless the other side took it. */
export type PostCallback = (url: string, body: CallbackBody, signal: AbortSignal) => Promise<void>

const BATCH = 50
/** A manager that dies while it posts leaves its work to others after so long; longer than a batch may take. */
const CLAIM_MS = 60_000
const TIMEOUT_MS = 10_000
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 10 * 60_000
/** About five hours of retries. */
const MAX_FAILURES = 40
/** Nothing to tell until the session changes. */
const IDLE = new Date('2200-01-01T00:00:00Z')

/**
 * Tells the callback addresses of sessions what became of them, each at least once and in order. Rows are the truth: what
 * was told is kept beside the session, so that a killed manager's work is done by the next one.
 */
export function createCallbackLoop({ store, clock, log }: Ports, post: PostCallback, signal: AbortSignal) {
  const { sessions, sessionCallbacks: callbacks } = store.tables

  const hasNews = or(
    sql`coalesce(${jsonTextAt(store, callbacks.told, sessions.status)}, '') <> coalesce(${jsonTextAt(store, sessions.statusHistory, sessions.status)}, '')`,
    and(ne(sessions.result, 'undefined'), isNull(jsonTextAt(store, callbacks.told, sessions.result))),
  )

  async function claim() {
    const now = new Date(clock.now())
    const isDue = or(lte(callbacks.nextAt, now), and(eq(callbacks.nextAt, IDLE), hasNews))
    const due = await store.db
      .select({ id: callbacks.sessionId })
      .from(callbacks)
      .innerJoin(sessions, eq(callbacks.sessionId, sessions.id))
      .where(isDue)
      .limit(BATCH)
    if (due.length === 0) return []
    const ids = due.map(({ id }) => id)
    const isFree = or(lte(callbacks.nextAt, now), eq(callbacks.nextAt, IDLE))
    const claimed = await store.tx((tx) =>
      tx
        .update(callbacks)
        .set({ nextAt: new Date(now.getTime() + CLAIM_MS) })
        .where(and(inArray(callbacks.sessionId, ids), isFree))
        .returning(),
    )
    const rows = await store.db.select().from(sessions).where(inArray(sessions.id, ids))
    return claimed.flatMap((row) => {
      const session = rows.find(({ id }) => id === row.sessionId)
      return session ? [{ row, session }] : []
    })
  }

  type Claimed = Awaited<ReturnType<typeof claim>>[number]

  async function tell({ row, session }: Claimed): Promise<void> {
    const told = { ...row.told }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CLAIM_MS / 2)])
    try {
      for (const { key, at, body } of callbackNews(session, told)) {
        if (body) await post(row.url, body, AbortSignal.any([limit, AbortSignal.timeout(TIMEOUT_MS)]))
        told[key] = at
      }
    } catch (cause) {
      if (!signal.aborted) await retryLater(row, told, cause)
      return
    }
    await store.tx(async (tx) => {
      const own = eq(callbacks.sessionId, row.sessionId)
      if (isOver(session.status)) await tx.delete(callbacks).where(own)
      else await tx.update(callbacks).set({ told, failures: 0, nextAt: IDLE }).where(own)
    })
  }

  async function retryLater(
    row: Claimed['row'],
    told: Record<string, string>,
    cause: unknown,
  ): Promise<void> {
    // What was told in between counts as success.
    const before = Object.keys(told).length > Object.keys(row.told).length ? 0 : row.failures
    const failures = before + 1
    const context = { err: cause, sessionId: row.sessionId, failures }
    const own = eq(callbacks.sessionId, row.sessionId)
    if (failures >= MAX_FAILURES) {
      log.warn(context, 'a callback address does not answer: it is given up')
      await store.tx((tx) => tx.delete(callbacks).where(own))
      return
    }
    log.info(context, 'a callback failed and is tried again')
    const pause = Math.min(FIRST_RETRY_MS * 2 ** before, LAST_RETRY_MS)
    const nextAt = new Date(clock.now() + pause)
    await store.tx((tx) => tx.update(callbacks).set({ told, failures, nextAt }).where(own))
  }

  return {
    /** Until nothing is due. */
    async run(): Promise<void> {
      for (let claimed = await claim(); claimed.length > 0; claimed = await claim()) {
        await Promise.all(claimed.map(tell))
        if (signal.aborted) return
      }
    },
  }
}

const isOver = (status: string): boolean => DEAD_SESSION_STATUSES.some((dead) => dead === status)

/** Over HTTP; redirections are not followed, and what is answered is not read. */
export const postCallback: PostCallback = async (url, body, signal) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'BackendAI' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal,
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`the callback address answered ${answer.status}`)
}
