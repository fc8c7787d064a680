import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { KernelStatus, SessionStatus } from '../../core/status.ts'
import { oncePerStore } from '../../db/once-per-store.ts'
import { type PreparedQuery, prepareQuery } from '../../db/prepare.ts'
import type { Store, Tx } from '../../db/store.ts'
import { withJsonText } from './json-column.ts'
import { type KernelRow, type SessionIdentity, sessionIdentity } from './rows.ts'

export type MovedKernel = Pick<KernelRow, 'id' | 'sessionId' | 'clusterRole' | 'clusterIdx' | 'agent'>

export const movedKernel = (t: Store['tables']['kernels']) => ({
  id: t.id,
  sessionId: t.sessionId,
  clusterRole: t.clusterRole,
  clusterIdx: t.clusterIdx,
  agent: t.agent,
})

/** A status change of one row. */
export interface Move<Status> {
  id: string
  to: Status
  at: Date
  /** Statuses from which it may happen. */
  from: readonly Status[]
  /** Columns to write beside the history; those that are undefined stay. */
  set: Record<string, unknown>
}

const sessionMoves = oncePerStore<Store, Map<string, PreparedQuery<SessionIdentity[]>>>(() => new Map())
const kernelMoves = oncePerStore<Store, Map<string, PreparedQuery<MovedKernel[]>>>(() => new Map())

/** Moves one session, as nearly every move does, by a statement prepared once for what it writes. */
export function moveOneSession(tx: Tx, store: Store, move: Move<SessionStatus>): Promise<SessionIdentity[]> {
  const { sessions } = store.tables
  return run(tx, sessionMoves(store), move, (set) =>
    prepareQuery(
      `session_to_${move.to}`,
      store.db
        .update(sessions)
        .set({ ...set, statusHistory: historyOf(store, sessions.statusHistory, move.to) })
        .where(and(eq(sessions.id, sql.placeholder('id')), inArray(sessions.status, [...move.from])))
        .returning(sessionIdentity(sessions)),
    ),
  )
}

/** Moves one kernel. */
export function moveOneKernel(tx: Tx, store: Store, move: Move<KernelStatus>): Promise<MovedKernel[]> {
  const { kernels } = store.tables
  return run(tx, kernelMoves(store), move, (set) =>
    prepareQuery(
      `kernel_to_${move.to}`,
      store.db
        .update(kernels)
        .set({ ...set, statusHistory: historyOf(store, kernels.statusHistory, move.to) })
        .where(and(eq(kernels.id, sql.placeholder('id')), inArray(kernels.status, [...move.from])))
        .returning(movedKernel(kernels)),
    ),
  )
}

type HistoryColumn = Store['tables']['sessions' | 'kernels']['statusHistory']

const historyOf = (store: Store, column: HistoryColumn, to: string): SQL =>
  withJsonText(store, column, to, sql.placeholder('at'))

function run<Row>(
  tx: Tx,
  known: Map<string, PreparedQuery<Row>>,
  { id, to, at, from, set }: Move<string>,
  build: (set: Record<string, unknown>) => PreparedQuery<Row>,
): Promise<Row> {
  const given = Object.entries(set).filter(([, value]) => value !== undefined)
  const columns = given.map(([column]) => column)
  const key = JSON.stringify([to, from, columns])
  const query =
    known.get(key) ??
    build(Object.fromEntries(columns.map((column) => [column, sql.placeholder(`set.${column}`)])))
  known.set(key, query)
  const values = Object.fromEntries(given.map(([column, value]) => [`set.${column}`, value]))
  return query({ ...values, id, at: at.toISOString() }, tx)
}
