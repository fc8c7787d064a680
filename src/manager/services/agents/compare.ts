import { and, eq, inArray } from 'drizzle-orm'
import type { KernelSnapshot } from '../../../wire/agent-rpc.ts'
import type { KernelRow } from '../rows.ts'
import { endKernels } from '../terminating.ts'
import { moveKernels, settleSession } from '../transitions.ts'
import { type AgentContext, destroyStray } from './context.ts'
import { storeStarted } from './starting-reports.ts'

type Booked = Pick<KernelRow, 'id' | 'sessionId' | 'status'>

/**
 * Compares the books with what an agent runs, and mends both. The books are read before the agent is asked, so a kernel
 * that is RUNNING in them and that the agent does not know is truly gone.
 */
export async function compareWithAgent(context: AgentContext, agentId: string): Promise<void> {
  const { ports, signals } = context
  const booked = await liveKernels(context, agentId)
  const { kernels } = await ports.agents.call(agentId, 'listKernels', {})
  const actual = new Map(kernels.map((kernel) => [kernel.kernelId, kernel]))
  const gone = booked.filter((row) => row.status === 'RUNNING' && !actual.has(row.id))
  if (gone.length > 0) await endGone(context, gone)
  for (const row of booked) await takeUp(context, row, actual.get(row.id))
  await endStrays(context, agentId, kernels)
  signals.raise('prepare')
  signals.raise('terminate')
}

async function liveKernels({ ports }: AgentContext, agentId: string): Promise<Booked[]> {
  const { kernels } = ports.store.tables
  return await ports.store.db
    .select({ id: kernels.id, sessionId: kernels.sessionId, status: kernels.status })
    .from(kernels)
    .where(
      and(
        eq(kernels.agent, agentId),
        inArray(kernels.status, ['PREPARING', 'PULLING', 'RUNNING', 'RESTARTING']),
      ),
    )
}

/** They become TERMINATING; the agent then reports the end of each, with log and exit code if it still has them. */
async function endGone({ ports }: AgentContext, gone: readonly Booked[]): Promise<void> {
  const { store, clock, log } = ports
  const at = new Date(clock.now())
  const reason = 'already-terminated'
  log.warn({ kernels: gone.map((row) => row.id) }, 'kernels are gone from their agent')
  await store.tx(async (tx) => {
    const ids = gone.map((row) => row.id)
    await moveKernels(tx, store, ids, 'TERMINATING', {
      at,
      reason,
      set: { statusInfo: reason },
      from: ['RUNNING'],
    })
    for (const sessionId of new Set(gone.map((row) => row.sessionId))) {
      const settled = await settleSession(tx, store, sessionId, { at, reason, set: { statusInfo: reason } })
      if (settled === 'TERMINATING') await endKernels(tx, store, [sessionId], { at, reason })
    }
  })
}

/** A start whose report this manager's books missed, or a restart that never reached the agent. */
async function takeUp(
  { ports }: AgentContext,
  row: Booked,
  actual: KernelSnapshot | undefined,
): Promise<void> {
  const { created } = actual ?? {}
  if (!created || actual?.state !== 'running') return
  if (row.status === 'RUNNING') return
  const at = new Date(ports.clock.now())
  await ports.store.tx((tx) => storeStarted(tx, ports.store, row.sessionId, created, at))
}

/** Kernels that the agent runs and the books know nothing of, or know as ended. Read after the agent answered. */
async function endStrays(
  context: AgentContext,
  agentId: string,
  actual: readonly KernelSnapshot[],
): Promise<void> {
  const { kernels } = context.ports.store.tables
  if (actual.length === 0) return
  const rows = await context.ports.store.db
    .select({ id: kernels.id, status: kernels.status, agent: kernels.agent })
    .from(kernels)
    .where(
      inArray(
        kernels.id,
        actual.map((kernel) => kernel.kernelId),
      ),
    )
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const kernel of actual) {
    const row = byId.get(kernel.kernelId)
    const isOver = !row || ['TERMINATED', 'CANCELLED', 'ERROR'].includes(row.status) || row.agent !== agentId
    if (!isOver || kernel.state === 'terminating') continue
    destroyStray(context, agentId, kernel, row ? 'already-terminated' : 'not-found-in-manager')
  }
}
