import { matchParams, syncRegistryParams, taskLogParams } from '../../../api/session.ts'
import type { SessionServices } from '../../services/index.ts'
import { readAbuse } from '../../services/live-stats.ts'
import { dependencyGraph } from '../../services/sessions/dependency-graph.ts'
import { matchSessions, sessionInfoJson, statusHistory } from '../../services/sessions/info.ts'
import { sessionLogs, taskLogs } from '../../services/sessions/logs.ts'
import { mainKernel, resolveSession } from '../../services/sessions/resolve.ts'
import { json, jsonText, text } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** What can be known of a session. */
export function sessionInfoRoutes(services: SessionServices): readonly Route[] {
  const { store } = services.ports
  return [
    defineRoute({
      method: 'GET',
      path: '/session/_/match',
      summary: 'Find sessions by the start of an id or name',
      auth: 'user',
      params: matchParams,
      handler: async ({ params, requester }) =>
        json({ matches: await matchSessions(services, requester, params.id) }),
    }),
    defineRoute({
      method: ['GET', 'HEAD'],
      path: '/session/_/logs',
      summary: 'Show the container log of a batch task',
      auth: 'user',
      params: taskLogParams,
      handler: async ({ params, requester }) => text(await taskLogs(services, requester, params.taskId)),
    }),
    defineRoute({
      method: 'POST',
      path: '/session/_/sync-agent-registry',
      summary: 'Compare the kernels of an agent with the database',
      auth: 'superadmin',
      params: syncRegistryParams,
      handler: async ({ params }) => {
        services.dispatched.forgetAgent(params.agent)
        await services.agents.compare([params.agent])
        return json({})
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session',
      summary: 'Show a session',
      auth: 'user',
      handler: async (context) =>
        jsonText(await sessionInfoJson(services, context.requester, sessionRef(context))),
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/logs',
      summary: 'Show the container log of a session',
      auth: 'user',
      handler: async (context) => {
        const logs = await sessionLogs(services, context.requester, sessionRef(context))
        return json({ result: { logs } })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/status-history',
      summary: 'Show when a session entered each status',
      auth: 'user',
      handler: async (context) =>
        json({ result: await statusHistory(services, context.requester, sessionRef(context)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/dependency-graph',
      summary: 'Show which sessions a session depends on',
      auth: 'user',
      handler: async (context) =>
        json(await dependencyGraph(services, context.requester, sessionRef(context))),
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/abusing-report',
      summary: 'Show the abuse report of a session',
      auth: 'user',
      handler: async (context) => {
        const session = await resolveSession(store, context.requester, sessionRef(context), { ended: true })
        const { id } = await mainKernel(store, session.id)
        return json({ kernel: id, abuse_report: await readAbuse(services.ports.cache, id) })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/session/:session/direct-access-info',
      summary: 'Show where a system session takes SFTP',
      auth: 'user',
      handler: async (context) => {
        const session = await resolveSession(store, context.requester, sessionRef(context))
        const kernel = await mainKernel(store, session.id)
        if (session.sessionType !== 'system') return json({})
        const sftp = kernel.servicePorts.find((service) => service.name === 'sshd')
        return json({
          kernel_role: 'SYSTEM',
          session_type: session.sessionType,
          sftp_ports: sftp?.hostPorts ?? [],
          public_host: kernel.kernelHost,
        })
      },
    }),
  ]
}
