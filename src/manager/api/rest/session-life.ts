import { commitParams, destroyParams, renameParams } from '../../../api/session.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'
import type { SessionServices } from '../../services/index.ts'
import { commitSession, commitStatus } from '../../services/sessions/commit.ts'
import { destroyRecursively, destroySession } from '../../services/sessions/destroy.ts'
import { renameSession } from '../../services/sessions/rename.ts'
import { restartSession } from '../../services/sessions/restart.ts'
import { json, noContent } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** Ending, restarting, renaming and committing a session. */
export function sessionLifeRoutes(
  services: SessionServices,
  tasks: Pick<BackgroundTasks, 'start'>,
): readonly Route[] {
  return [
    defineRoute({
      method: 'DELETE',
      path: '/session/:session',
      summary: 'Terminate a session',
      auth: 'user',
      params: destroyParams,
      handler: async (context) => {
        const { params, requester, query } = context
        const options = { forced: params.forced || query.get('forced')?.toLowerCase() === 'true' }
        const ref = sessionRef(context)
        const isRecursive = params.recursive || query.get('recursive')?.toLowerCase() === 'true'
        if (isRecursive) return json(await destroyRecursively(services, requester, ref, options))
        return json({ stats: await destroySession(services, requester, ref, options) })
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/session/:session',
      summary: 'Restart a session',
      auth: 'user',
      handler: async (context) => {
        await restartSession(services, context.requester, sessionRef(context))
        return noContent()
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/rename',
      summary: 'Rename a session',
      auth: 'user',
      whenFrozen: 'refuse',
      params: renameParams,
      handler: async (context) => {
        await renameSession(services, context.requester, sessionRef(context), context.params.name)
        return noContent()
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/commit',
      summary: 'Show how far the commit of a session is',
      auth: 'user',
      handler: async (context) => json(await commitStatus(services, context.requester, sessionRef(context))),
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/commit',
      summary: 'Commit a session to an image archive',
      auth: 'user',
      whenFrozen: 'refuse',
      params: commitParams,
      handler: async (context) => {
        const { filename } = context.params
        return json(
          await commitSession(services, tasks, context.requester, sessionRef(context), filename),
          201,
        )
      },
    }),
  ]
}
