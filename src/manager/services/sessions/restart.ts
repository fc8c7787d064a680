import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import { startOrders } from '../kernel-config.ts'
import { moveKernels, moveSessions, settleSession } from '../transitions.ts'
import { callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { resolveSession, type SessionRef } from './resolve.ts'

const TIMEOUT_MS = 120_000

/** Restarts all kernels of a running session and waits until it runs again. */
export async function restartSession(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<void> {
  const { ports, waiters } = context
  const { store, clock } = ports
  const session = await resolveSession(store, requester, ref)
  const [order] = await startOrders(ports, [session.id])
  const change = { at: new Date(clock.now()), reason: 'restarting', set: { statusInfo: 'restarting' } }
  const moved = await store.tx(async (tx) => {
    const sessions = await moveSessions(tx, store, [session.id], 'RESTARTING', change)
    if (sessions.length === 0) return false
    await moveKernels(tx, store, order?.kernels.map(({ row }) => row.id) ?? [], 'RESTARTING', change)
    return true
  })
  if (!moved || !order) {
    throw new Problem('conflict', {
      title: 'The session is not running.',
      msg: `The session "${session.name}" is ${session.status}: only running sessions can be restarted.`,
    })
  }
  const done = waiters.wait(session.id, (status) => status !== 'RESTARTING', { timeoutMs: TIMEOUT_MS })
  try {
    await Promise.all(
      order.kernels.map(({ row, config }) =>
        callAgent(
          ports,
          { agentId: row.agent ?? '' },
          'restartKernel',
          { kernelId: row.id, sessionId: session.id, config, cluster: order.cluster },
          'kernel-restart-failed',
        ),
      ),
    )
  } catch (error) {
    await backToRunning(context, session.id)
    await done
    throw error
  }
  const status = await done
  if (status === 'RUNNING') return
  throw new Problem('kernel-restart-failed', { msg: `The session became ${status} while it was restarted.` })
}

/** The agent refused: what it did not touch still runs. What is gone is found by the comparison with the agent. */
async function backToRunning({ ports }: SessionContext, sessionId: string): Promise<void> {
  const { store, clock } = ports
  const { kernels } = store.tables
  const rows = await store.db.select({ id: kernels.id }).from(kernels).where(eq(kernels.sessionId, sessionId))
  const change = {
    at: new Date(clock.now()),
    reason: 'restart-failed',
    set: { statusInfo: 'restart-failed' },
  }
  await store.tx(async (tx) => {
    const ids = rows.map((row) => row.id)
    await moveKernels(tx, store, ids, 'RUNNING', { ...change, from: ['RESTARTING'], emit: false })
    await settleSession(tx, store, sessionId, { ...change, from: ['RESTARTING'] })
  })
}
