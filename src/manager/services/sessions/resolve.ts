import { notFound, Problem } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { KernelRow, SessionRow } from '../rows.ts'
import { ownerKey } from './owner.ts'
import { sessionQueries } from './session-queries.ts'

type Readable = Pick<Store, 'db' | 'tables'>

/** Which session a request is about. */
export interface SessionRef {
  /** A UUID or an exact name. */
  name: string
  /** On behalf of whom; null = the requester. */
  ownerAccessKey: string | null
}

/** Sessions are addressed by either; a name may look like an id, so ids are tried first. */
export const isUuid = (name: string): boolean => UUID.test(name)

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The session that `ref` names among the owner's: an exact UUID, else an exact name. `ended` sessions are found only
 * where they are asked for, by UUID, or by name where none of that name lives.
 * @throws Problem `object-not-found` or `too-many-sessions-matched`.
 */
export async function resolveSession(
  store: Readable,
  requester: Requester,
  ref: SessionRef,
  options: { ended: boolean } = { ended: false },
): Promise<SessionRow> {
  const accessKey = await ownerKey(store, requester, ref.ownerAccessKey)
  const find = sessionQueries(store)
  if (isUuid(ref.name)) {
    const [row] = await find.byId({ accessKey, id: ref.name.toLowerCase() })
    if (row && (options.ended || LIVE_SESSION_STATUSES.some((status) => status === row.status))) return row
  }
  const rows = await find.liveByName({ accessKey, name: ref.name })
  const [first, second] = rows
  if (first && second) throw tooMany(rows)
  if (first) return first
  const [dead] = options.ended ? await find.newestByName({ accessKey, name: ref.name }) : []
  if (!dead) throw notFound('session', `There is no session "${ref.name}".`)
  return dead
}

const tooMany = (rows: readonly SessionRow[]): Problem =>
  new Problem('too-many-sessions-matched', {
    data: { matches: rows.map(({ id, name, status }) => ({ id, name, status })) },
  })

/** The main kernel, which every operation on a session but its end is about. */
export async function mainKernel(store: Readable, sessionId: string): Promise<KernelRow> {
  const [row] = await sessionQueries(store).mainKernel({ sessionId })
  if (!row) throw notFound('main kernel')
  return row
}

export interface RunningSession {
  session: Pick<SessionRow, 'id' | 'name' | 'status' | 'accessKey' | 'vfolderMounts'>
  kernel: Pick<KernelRow, 'id' | 'status' | 'agent' | 'servicePorts'>
  agentId: string
}

/** A session whose main kernel can be talked to now. @throws Problem when it is not running. */
export async function resolveRunning(
  store: Readable,
  requester: Requester,
  ref: SessionRef,
): Promise<RunningSession> {
  const { session, kernel } =
    (await runningByIdOrName(store, requester, ref)) ?? (await withMainKernel(store, requester, ref))
  if (kernel.status !== 'RUNNING' || kernel.agent === null) {
    throw new Problem('conflict', {
      title: 'The session is not running.',
      msg: `The session "${session.name}" is ${session.status}.`,
    })
  }
  return { session, kernel, agentId: kernel.agent }
}

/** The usual way: a living session, by two small reads. */
async function runningByIdOrName(store: Readable, requester: Requester, ref: SessionRef) {
  const find = sessionQueries(store)
  const accessKey = await ownerKey(store, requester, ref.ownerAccessKey)
  const [session] = isUuid(ref.name)
    ? await find.runningById({ accessKey, id: ref.name.toLowerCase() })
    : await find.runningByName({ accessKey, name: ref.name })
  if (!session || !LIVE_SESSION_STATUSES.some((status) => status === session.status)) return null
  const [kernel] = await find.runningKernel({ sessionId: session.id })
  return kernel ? { session, kernel } : null
}

async function withMainKernel(store: Readable, requester: Requester, ref: SessionRef) {
  const session = await resolveSession(store, requester, ref)
  return { session, kernel: await mainKernel(store, session.id) }
}
