import type { SessionServices } from '../../services/index.ts'
import { listApps } from '../../services/sessions/apps.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'
import { streamAppRoute } from './stream-app.ts'
import { streamExecuteRoute } from './stream-execute.ts'
import { streamTerminalRoute } from './stream-terminal.ts'

/** `/stream/session/…` (client-wire.md §3.3–3.4), and the same under `/stream/kernel`, its former name. */
export function streamRoutes(services: SessionServices): readonly Route[] {
  const under = (base: string): Route[] => [
    streamExecuteRoute(services, `${base}/:session/execute`),
    streamTerminalRoute(services, `${base}/:session/pty`),
    streamAppRoute(services, `${base}/:session/tcpproxy`, 'TCP'),
    streamAppRoute(services, `${base}/:session/httpproxy`, 'HTTP'),
    defineRoute({
      method: 'GET',
      path: `${base}/:session/apps`,
      summary: 'List the apps of a session',
      auth: 'user',
      handler: async (context) => json(await listApps(services, context.requester, sessionRef(context))),
    }),
  ]
  return [
    ...under('/stream/session'),
    ...under('/stream/kernel').map((route) => ({ ...route, deprecated: true })),
  ]
}
