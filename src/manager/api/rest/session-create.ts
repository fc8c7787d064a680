import type * as v from 'valibot'
import { createClusterParams, createSessionParams, fromTemplateParams } from '../../../api/session.ts'
import type { Requester } from '../../context.ts'
import type { SessionServices } from '../../services/index.ts'
import type { CreatedSession, CreateSessionInput } from '../../services/requests.ts'
import { createSession } from '../../services/sessions/create.ts'
import { findTemplate, templateViewer } from '../../services/templates/find-template.ts'
import { sessionOfCluster } from '../../services/templates/session-of-cluster.ts'
import { sessionOfTemplate } from '../../services/templates/session-of-template.ts'
import { type Answer, json } from '../answer.ts'
import { validateParams } from '../read-params.ts'
import { defineRoute, type Route, type RouteContext } from '../route.ts'

const TOKEN_HEADER = 'x-backendai-client-token'

/** 201 for a new session, 200 for one that was there. */
export function sessionCreateRoutes(services: SessionServices): readonly Route[] {
  const { store } = services.ports
  const create = async (
    context: Pick<RouteContext<unknown, Requester>, 'requester' | 'signal' | 'header'>,
    input: Omit<CreateSessionInput, 'clientToken'>,
  ): Promise<Answer> => {
    const clientToken = context.header(TOKEN_HEADER) ?? null
    const created = await createSession(
      services,
      context.requester,
      { ...input, clientToken },
      context.signal,
    )
    return json(answerOf(created), created.created ? 201 : 200)
  }
  const plain = async (
    context: RouteContext<v.InferOutput<typeof createSessionParams>, Requester>,
  ): Promise<Answer> => await create(context, context.params)
  return [
    ...['/session', '/session/_/create', '/session/create'].map((path) =>
      defineRoute({
        method: 'POST',
        path,
        summary: 'Create a session',
        deprecated: path === '/session/create',
        auth: 'user',
        whenFrozen: 'refuse',
        params: createSessionParams,
        handler: plain,
      }),
    ),
    defineRoute({
      method: 'POST',
      path: '/session/_/create-from-template',
      summary: 'Create a session from a template',
      auth: 'user',
      whenFrozen: 'refuse',
      params: fromTemplateParams,
      handler: async (context) => {
        const { params, requester } = context
        const viewer = await templateViewer(store, requester, params.ownerAccessKey)
        const row = await findTemplate(store, viewer, 'task', params.templateId)
        const merged = sessionOfTemplate(row, params, services.newId)
        return await create(context, validateParams(createSessionParams, merged))
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/_/create-cluster',
      summary: 'Create a cluster session from a template',
      auth: 'user',
      whenFrozen: 'refuse',
      params: createClusterParams,
      handler: async (context) => {
        const { params, requester } = context
        const viewer = await templateViewer(store, requester, params.ownerAccessKey)
        const row = await findTemplate(store, viewer, 'cluster', params.templateId)
        return await create(context, await sessionOfCluster(store, viewer, row, params))
      },
    }),
  ]
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
