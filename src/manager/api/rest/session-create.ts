import type * as v from 'valibot'
import { createSessionParams } from '../../../api/session.ts'
import type { Requester } from '../../context.ts'
import type { SessionServices } from '../../services/index.ts'
import type { CreatedSession } from '../../services/requests.ts'
import { createSession } from '../../services/sessions/create.ts'
import { type Answer, json } from '../answer.ts'
import { defineRoute, type Route, type RouteContext } from '../route.ts'

const TOKEN_HEADER = 'x-backendai-client-token'

/** 201 for a new session, 200 for one that was there. */
export function sessionCreateRoutes(services: SessionServices): readonly Route[] {
  const handler = async (
    context: RouteContext<v.InferOutput<typeof createSessionParams>, Requester>,
  ): Promise<Answer> => {
    const { params, requester, signal } = context
    const clientToken = context.header(TOKEN_HEADER) ?? null
    const created = await createSession(services, requester, { ...params, clientToken }, signal)
    return json(answerOf(created), created.created ? 201 : 200)
  }
  return ['/session', '/session/_/create', '/session/create'].map((path) =>
    defineRoute({
      method: 'POST',
      path,
      auth: 'user',
      whenFrozen: 'refuse',
      params: createSessionParams,
      handler,
    }),
  )
}

const answerOf = (created: CreatedSession) => ({
  sessId: created.sessionName,
  sessionId: created.sessionId,
  sessionName: created.sessionName,
  status: created.status,
  servicePorts: created.servicePorts,
  service_ports: created.servicePorts,
  created: created.created,
})
