import { notFound, Problem } from '../../../core/problem.ts'
import type { ServicePortRecord } from '../../../db/tables/sessions.ts'
import type { AgentStream } from '../../../wire/agent-link.ts'
import type { Requester } from '../../context.ts'
import { agentProblem, callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { publicServicePorts } from './create.ts'
import { type RunningSession, resolveRunning, type SessionRef } from './resolve.ts'

export interface AppRequest {
  app: string
  /** One of the app's container ports; null takes its first. */
  port: number | null
  arguments: Record<string, unknown>
  envs: Record<string, string>
}

/** The services of a session, as `GET /stream/session/{s}/apps` lists them. */
export async function listApps({ ports }: SessionContext, requester: Requester, ref: SessionRef) {
  const { kernel } = await resolveRunning(ports.store, requester, ref)
  return publicServicePorts(kernel.servicePorts)
}

export interface AppTarget {
  session: RunningSession
  service: ServicePortRecord
  containerPort: number
}

/** Finds an app and has its agent start it. @throws Problem 404 for an unknown app, 500 when it does not start. */
export async function startApp(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  request: AppRequest,
): Promise<AppTarget> {
  const session = await resolveRunning(ports.store, requester, ref)
  const service = session.kernel.servicePorts.find((one) => one.name === request.app)
  if (!service || service.protocol === 'internal') {
    throw notFound('app service', `The session has no app "${request.app}".`)
  }
  const containerPort = request.port ?? service.containerPorts[0]
  if (containerPort === undefined || !service.containerPorts.includes(containerPort)) {
    throw new Problem('invalid-api-params', {
      msg: `The app "${request.app}" has no port ${request.port ?? ''}; it has ${service.containerPorts.join(', ')}.`,
      data: {},
    })
  }
  const result = await callAgent(
    ports,
    session,
    'startService',
    { kernelId: session.kernel.id, name: service.name, arguments: request.arguments, envs: request.envs },
    'internal-server-error',
  )
  if (result.status === 'failed') {
    throw new Problem('internal-server-error', {
      msg: `The app "${request.app}" did not start: ${result.error ?? 'no reason given'}.`,
    })
  }
  return { session, service, containerPort }
}

export async function shutdownApp(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  name: string,
): Promise<void> {
  const session = await resolveRunning(ports.store, requester, ref)
  if (!session.kernel.servicePorts.some((one) => one.name === name)) {
    throw notFound('app service', `The session has no app "${name}".`)
  }
  const args = { kernelId: session.kernel.id, name }
  await callAgent(ports, session, 'shutdownService', args, 'internal-server-error')
}

/** A TCP connection to a port inside the kernel. */
export async function openTcp({ ports }: SessionContext, target: AppTarget): Promise<AgentStream> {
  const { session, containerPort } = target
  try {
    return await ports.agents.openStream(session.agentId, 'tcp', {
      kernelId: session.kernel.id,
      port: containerPort,
    })
  } catch (error) {
    throw agentProblem(error, 'internal-server-error')
  }
}

/** A shell with a terminal in the main kernel. */
export async function openTerminal(
  { ports }: SessionContext,
  session: RunningSession,
  size: { rows: number; cols: number },
): Promise<AgentStream> {
  try {
    return await ports.agents.openStream(session.agentId, 'pty', { kernelId: session.kernel.id, ...size })
  } catch (error) {
    throw agentProblem(error, 'internal-server-error')
  }
}
