import { and, eq, inArray } from 'drizzle-orm'
import type { LoopContext } from './context.ts'
import type { Detached } from './detached.ts'

/** The terminate loop: has connected agents destroy the kernels that are being ended, until they report their end. */
export function createTerminateLoop(context: LoopContext, detached: Detached) {
  const { ports, dispatched } = context
  const { kernels } = ports.store.tables

  async function run(): Promise<void> {
    const connected = ports.agents.connected()
    if (connected.length === 0) return
    const rows = await ports.store.db
      .select({
        id: kernels.id,
        sessionId: kernels.sessionId,
        agent: kernels.agent,
        reason: kernels.statusInfo,
      })
      .from(kernels)
      .where(and(eq(kernels.status, 'TERMINATING'), inArray(kernels.agent, connected)))
    for (const { id: kernelId, sessionId, agent, reason } of rows) {
      if (agent === null || dispatched.has('destroy', kernelId)) continue
      dispatched.add('destroy', kernelId, agent)
      detached.run(() => destroy(agent, { kernelId, sessionId, reason: reason ?? 'unknown' }))
    }
  }

  async function destroy(
    agentId: string,
    order: { kernelId: string; sessionId: string; reason: string },
  ): Promise<void> {
    try {
      await ports.agents.call(agentId, 'destroyKernel', order)
    } catch (error) {
      dispatched.forgetKernel(order.kernelId)
      ports.log.warn({ err: error, agentId, ...order }, 'kernel not destroyed yet')
    }
  }

  return { run }
}
