import * as v from 'valibot'
import type { ManagerPorts } from '../../context.ts'
import { controlAgent, watcherStatus } from '../../services/agent-watcher.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const params = v.object({
  agent_id: v.pipe(v.string('agent_id is missing'), v.minLength(1), v.maxLength(64)),
})

/** Agents through the watchers of their nodes (client-wire.md §2.8). */
export function watcherRoutes(ports: Pick<ManagerPorts, 'store' | 'config'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/resource/watcher',
      summary: 'Show the state of an agent and its watcher',
      auth: 'superadmin',
      params,
      handler: async ({ params: { agent_id }, signal }) => json(await watcherStatus(ports, agent_id, signal)),
    }),
    ...(
      [
        ['start', 'Start'],
        ['stop', 'Stop'],
        ['restart', 'Restart'],
      ] as const
    ).map(([action, verb]) =>
      defineRoute({
        method: 'POST',
        path: `/resource/watcher/agent/${action}`,
        summary: `${verb} an agent through its watcher`,
        auth: 'superadmin',
        params,
        handler: async ({ params: { agent_id }, signal }) =>
          json(await controlAgent(ports, agent_id, action, signal)),
      }),
    ),
  ]
}
