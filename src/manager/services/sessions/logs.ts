import { eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import { callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { mainKernel, resolveSession, type SessionRef } from './resolve.ts'

/** The output of the main kernel: live from its agent, after its end from the row. */
export async function sessionLogs(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<string> {
  const session = await resolveSession(context.ports.store, requester, ref, { ended: true })
  return await logsOf(context, session.id)
}

/** The log of a batch task, named by the id of its kernel or session. */
export async function taskLogs(
  context: SessionContext,
  requester: Requester,
  taskId: string,
): Promise<string> {
  const { kernels, sessions } = context.ports.store.tables
  const [row] = await context.ports.store.db
    .select({ sessionId: kernels.sessionId, accessKey: sessions.accessKey })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(eq(kernels.id, taskId))
  const sessionId = row?.sessionId ?? taskId
  const ref = { name: sessionId, ownerAccessKey: row && requester.isSuperadmin ? row.accessKey : null }
  const session = await resolveSession(context.ports.store, requester, ref, { ended: true }).catch(
    (error) => {
      // The session of somebody else's kernel is not told.
      if (error instanceof Problem && error.status === 404)
        throw notFound('session', `There is no session "${taskId}".`)
      throw error
    },
  )
  if (session.sessionType !== 'batch') throw notFound('background task', 'There is no such batch task.')
  return await logsOf(context, session.id)
}

async function logsOf({ ports }: SessionContext, sessionId: string): Promise<string> {
  const kernel = await mainKernel(ports.store, sessionId)
  if (kernel.containerLog) return new TextDecoder().decode(kernel.containerLog)
  const isLive = kernel.agent !== null && ['RUNNING', 'RESTARTING', 'TERMINATING'].includes(kernel.status)
  if (!isLive || kernel.agent === null) return ''
  const target = { agentId: kernel.agent }
  try {
    const { logs } = await callAgent(
      ports,
      target,
      'logs',
      { kernelId: kernel.id },
      'kernel-execution-failed',
    )
    return logs
  } catch (error) {
    // It ended while we asked: its log is on its way into the row.
    if (error instanceof Problem && kernel.status === 'TERMINATING') return ''
    throw error
  }
}
