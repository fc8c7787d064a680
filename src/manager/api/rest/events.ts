import { sessionEventParams, taskEventParams } from '../../../api/session.ts'
import { notFound } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'
import { sessionEventStream } from '../../services/event-stream.ts'
import { taskEventStream } from '../../services/task-stream.ts'
import { defineRoute, type Route } from '../route.ts'
import { sse } from '../sse.ts'

/** Server-sent events (client-wire.md §3.5–3.7). `stopping` is aborted when the manager ends: streams close orderly. */
export function eventRoutes(ports: ManagerPorts, tasks: Pick<BackgroundTasks, 'state'>): readonly Route[] {
  const sessionEvents = (path: string, deprecated: boolean) =>
    defineRoute({
      method: 'GET',
      path,
      summary: 'Follow session events as an event stream',
      deprecated,
      auth: 'user',
      params: sessionEventParams,
      handler: async ({ params, requester, signal, header }) => {
        const lastId = header('last-event-id')
        const events = await sessionEventStream(ports, requester, params, {
          since: lastId !== undefined && /^\d{1,15}$/.test(lastId) ? Number(lastId) : null,
          signal,
        })
        return sse(events, { signal })
      },
    })
  return [
    sessionEvents('/events/session', false),
    sessionEvents('/stream/session/_/events', true),
    defineRoute({
      method: 'GET',
      path: '/events/background-task',
      summary: 'Follow a background task as an event stream',
      auth: 'user',
      params: taskEventParams,
      handler: async ({ params, requester, signal }) => {
        const events = await taskEventStream(ports, tasks, requester, params.taskId, {
          legacyNames: params.names === 'legacy',
          signal,
        })
        if (!events) throw notFound('background task', `There is no background task ${params.taskId}.`)
        return sse(events, { signal, firstEventDelayMs: 100 })
      },
    }),
  ]
}
