import { and, eq } from 'drizzle-orm'
import type * as v from 'valibot'
import type { sessionEventParams } from '../../api/session.ts'
import { Problem } from '../../core/problem.ts'
import { readOutboxSince } from '../../db/relay.ts'
import type { BusEvent } from '../../events/bus.ts'
import { accountChanged } from '../../events/catalog/cluster.ts'
import {
  type KernelEventPayload,
  kernelEvents,
  type SessionEventPayload,
  sessionEvents,
} from '../../events/catalog/session.ts'
import type { EventKind } from '../../events/define.ts'
import type { ManagerPorts, Requester } from '../context.ts'
import { createEventQueue } from './event-queue.ts'

type Payload = SessionEventPayload | KernelEventPayload
type Query = v.InferOutput<typeof sessionEventParams>

export interface StreamedEvent {
  event: string
  data: Record<string, unknown>
  id?: string
}

export interface StreamOptions {
  /** The number of the last event that the client has: it goes on from there. */
  since: number | null
  signal: AbortSignal
}

/** Events waiting for a slow client beyond this many break the stream; the client comes back with its Last-Event-ID. */
const BUFFER = 10_000

/** The events of sessions that the requester may see and asks for; resumes where a broken stream ended. */
export async function sessionEventStream(
  ports: ManagerPorts,
  requester: Requester,
  query: Query,
  options: StreamOptions,
): Promise<AsyncIterable<StreamedEvent>> {
  const isWanted = await eventFilter(ports, requester, query)
  const kinds = kindsOf(query.scope)
  const queue = createEventQueue<BusEvent<Payload>>()
  let broken = false
  const subscription = await ports.bus.subscribe(kinds, (event) => queue.push(event), {
    buffer: BUFFER,
    onDropped: () => {
      broken = true
      queue.end()
    },
  })
  // Who may see what was decided at the start: the client comes back and is judged anew.
  const account = await ports.bus.subscribe([accountChanged], ({ payload }) => {
    const { accessKeys, userUuids } = payload
    if (!accessKeys.includes(requester.accessKey) && !userUuids.includes(requester.userUuid)) return
    broken = true
    queue.end()
  })
  options.signal.addEventListener('abort', () => queue.end(), { once: true })
  if (options.signal.aborted) queue.end()

  async function* events(): AsyncGenerator<StreamedEvent> {
    try {
      const sent = new Set<string>()
      if (options.since !== null) {
        for await (const event of past(ports, kinds, options.since)) {
          sent.add(event.id)
          if (isWanted(event.payload)) yield streamed(event)
        }
      }
      for await (const event of queue) {
        if (broken) break
        // What was read from the past may arrive over the bus once more.
        if (!sent.delete(event.id) && isWanted(event.payload)) yield streamed(event)
      }
      if (broken) throw new Error('events were lost for this stream, or its account changed')
    } finally {
      await subscription[Symbol.asyncDispose]()
      await account[Symbol.asyncDispose]()
    }
  }
  return events()
}

function kindsOf(scope: Query['scope']): EventKind<Payload>[] {
  const all: EventKind<Payload>[] = []
  if (scope === '*' || scope.includes('session')) all.push(...Object.values(sessionEvents))
  if (scope === '*' || scope.includes('kernel'))
    all.push(...(Object.values(kernelEvents) as EventKind<Payload>[]))
  return all
}

const PAGE = 500

async function* past(ports: ManagerPorts, kinds: readonly EventKind<Payload>[], since: number) {
  const names = kinds.map((kind) => kind.name)
  let from = since
  for (;;) {
    const page = await readOutboxSince(ports.store, from, names, PAGE)
    for (const event of page) {
      from = Number(event.id)
      yield event as BusEvent<Payload>
    }
    if (page.length < PAGE) return
  }
}

/** Users see their own sessions and those of projects that they administer, domain administrators those of their domain, superadmins all. */
async function eventFilter(
  ports: ManagerPorts,
  requester: Requester,
  query: Query,
): Promise<(payload: Payload) => boolean> {
  const groupId =
    query.group === '*' || query.group === null ? null : await groupOf(ports, requester, query.group)
  const isVisible = await visibility(ports, requester, query.ownerAccessKey)
  const { sessionId, name } = query
  return (payload) => {
    if (!isVisible(payload)) return false
    if (groupId !== null && payload.groupId !== groupId) return false
    if (query.ownerAccessKey !== null && payload.ownerAccessKey !== query.ownerAccessKey) return false
    if (sessionId !== null) return payload.sessionId === sessionId.toLowerCase()
    // A name that is a UUID means the session of that id, as in paths.
    return (
      name === '*' ||
      name === null ||
      payload.sessionName === name ||
      payload.sessionId === name.toLowerCase()
    )
  }
}

async function visibility(
  ports: ManagerPorts,
  requester: Requester,
  owner: string | null,
): Promise<(payload: Payload) => boolean> {
  if (requester.role === 'superadmin') return () => true
  if (requester.role === 'admin') return (payload) => payload.domainName === requester.domainName
  const administered = await administeredProjects(ports, requester)
  if (owner !== null && owner !== requester.accessKey && administered.size === 0) {
    throw new Problem('insufficient-privilege', { msg: 'You may follow only your own sessions.' })
  }
  return ({ userUuid, groupId }) => userUuid === requester.userUuid || administered.has(groupId)
}

async function administeredProjects({ store }: ManagerPorts, requester: Requester): Promise<Set<string>> {
  const { groupMembers: t } = store.tables
  const rows = await store.db
    .select({ id: t.groupId })
    .from(t)
    .where(and(eq(t.userId, requester.userUuid), eq(t.role, 'admin')))
  return new Set(rows.map(({ id }) => id))
}

async function groupOf(ports: ManagerPorts, requester: Requester, group: string): Promise<string> {
  const { groups } = ports.store.tables
  const [row] = await ports.store.db
    .select({ id: groups.id })
    .from(groups)
    .where(and(eq(groups.domainName, requester.domainName), eq(groups.name, group)))
  if (!row) throw new Problem('invalid-api-params', { msg: `There is no project "${group}".`, data: {} })
  return row.id
}

function streamed({ id, name, payload }: BusEvent<Payload>): StreamedEvent {
  const { reason, sessionName, ownerAccessKey, sessionId, exitCode } = payload
  const kernel =
    'kernelId' in payload
      ? { kernelId: payload.kernelId, clusterRole: payload.clusterRole, clusterIdx: payload.clusterIdx }
      : {}
  const result = 'result' in payload && payload.result !== undefined ? { result: payload.result } : {}
  return {
    event: name,
    data: { reason, sessionName, ownerAccessKey, sessionId, exitCode, ...kernel, ...result },
    ...(/^\d+$/.test(id) ? { id } : {}),
  }
}
