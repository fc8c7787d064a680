import { shutdownServiceParams, startServiceParams } from '../../../api/session.ts'
import { Problem } from '../../../core/problem.ts'
import type { SessionServices } from '../../services/index.ts'
import { shutdownApp } from '../../services/sessions/apps.ts'
import { resolveSession } from '../../services/sessions/resolve.ts'
import { noContent } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** Apps of a session through the app proxy; the tunnel of the command line is in stream.ts. */
export function sessionServiceRoutes(services: SessionServices): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/session/:session/start-service',
      auth: 'user',
      params: startServiceParams,
      handler: async (context) => {
        await resolveSession(services.ports.store, context.requester, sessionRef(context))
        // Without a coordinator, clients fall back on their own local tunnel (client-wire.md §5).
        throw new Problem('service-unavailable', {
          msg: 'The resource group of the session has no app proxy.',
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/shutdown-service',
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
