import { shutdownServiceParams, startServiceParams } from '../../../api/session.ts'
import type { SessionServices } from '../../services/index.ts'
import { shutdownApp } from '../../services/sessions/apps.ts'
import { startService } from '../../services/sessions/start-service.ts'
import { json, noContent } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** Apps of a session through the app proxy; the tunnel of the command line is in stream.ts. */
export function sessionServiceRoutes(services: SessionServices): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/session/:session/start-service',
      summary: 'Start an app of a session',
      auth: 'user',
      params: startServiceParams,
      handler: async (context) => {
        const { app, port, login_session_token: loginSessionToken } = context.params
        const wanted = { app, port, loginSessionToken }
        return json(await startService(services, context.requester, sessionRef(context), wanted))
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/shutdown-service',
      summary: 'Shut down an app of a session',
      auth: 'user',
      params: shutdownServiceParams,
      handler: async (context) => {
        const { service_name: name } = context.params
        await shutdownApp(services, context.requester, sessionRef(context), name)
        return noContent()
      },
    }),
  ]
}
