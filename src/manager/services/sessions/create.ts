import type { ServicePortRecord } from '../../../db/tables/sessions.ts'
import type { Requester } from '../../context.ts'
import type { CreatedSession, CreateSessionInput } from '../requests.ts'
import { isSettled } from '../waiters.ts'
import type { SessionContext } from './context.ts'
import { enqueueSession } from './enqueue.ts'
import { mainKernel } from './resolve.ts'

/**
 * Makes a session, or gives the one of that name, and waits until it runs, never will, or the time is over
 * (client-wire.md §2.2). `signal` ends the wait, not the session.
 */
export async function createSession(
  context: SessionContext,
  requester: Requester,
  input: CreateSessionInput,
  signal?: AbortSignal,
): Promise<CreatedSession> {
  const { session, created } = await enqueueSession(context, requester, input)
  if (created) context.signals.raise('schedule')
  const answer = { sessionId: session.id, sessionName: session.name, created }
  if (created && input.enqueueOnly) return { ...answer, status: 'PENDING', servicePorts: [] }
  if (!created)
    return { ...answer, status: session.status, servicePorts: await portsIfRunning(context, session) }
  const status = await context.waiters.wait(session.id, isSettled, {
    timeoutMs: input.maxWaitSeconds * 1000,
    ...(signal ? { signal } : {}),
  })
  if (status === 'TIMEOUT') return { ...answer, status, servicePorts: [] }
  if (status === 'GONE') return { ...answer, status: 'CANCELLED', servicePorts: [] }
  return { ...answer, status, servicePorts: await portsIfRunning(context, { ...session, status }) }
}

async function portsIfRunning(
  { ports }: SessionContext,
  session: { id: string; status: string },
): Promise<CreatedSession['servicePorts']> {
  if (session.status !== 'RUNNING') return []
  const kernel = await mainKernel(ports.store, session.id)
  return publicServicePorts(kernel.servicePorts)
}

/** The services that users see; optional keys are absent rather than null. */
export const publicServicePorts = (records: readonly ServicePortRecord[]): CreatedSession['servicePorts'] =>
  records
    .filter((record) => record.protocol !== 'internal')
    .map((record) => ({
      name: record.name,
      protocol: record.protocol,
      ports: record.containerPorts,
      ...(record.urlTemplate === undefined ? {} : { url_template: record.urlTemplate }),
      ...(record.allowedArguments === undefined ? {} : { allowed_arguments: record.allowedArguments }),
      ...(record.allowedEnvs === undefined ? {} : { allowed_envs: record.allowedEnvs }),
    }))
