import type { AgentReport } from '../../../wire/agent-rpc.ts'
import { readKernelStats } from '../live-stats.ts'
import { type AgentContext, destroyStray } from './context.ts'
import { storeAgentTerminated, storeBatchResult, storeTerminated } from './ending-reports.ts'
import { storeFailed, storeProgress, storeStarted } from './starting-reports.ts'

/** Reports that may come twice because their acknowledgement was lost, remembered to spare repeated events. */
const REMEMBERED = 4096

/** Stores each report of an agent: one guarded transaction with its events; a repetition changes nothing. */
export function createReportHandler(context: AgentContext) {
  const recent = new Set<string>()
  return async (agentId: string, reportId: string, report: AgentReport): Promise<void> => {
    const key = `${agentId}/${reportId}`
    if (recent.has(key)) return
    await store(context, agentId, report)
    recent.add(key)
    if (recent.size > REMEMBERED) recent.delete(recent.values().next().value ?? '')
  }
}

async function store(context: AgentContext, agentId: string, report: AgentReport): Promise<void> {
  const { ports, signals, dispatched } = context
  const db = ports.store
  const at = new Date(ports.clock.now())
  switch (report.type) {
    case 'kernel_preparing':
    case 'kernel_creating':
    case 'kernel_pulling':
      // Nothing rests on them: later reports and the reconciliation tell where a kernel is.
      await db.tx((tx) => storeProgress(tx, db, report, at), { relaxed: true })
      return
    case 'kernel_started': {
      const wanted = await db.tx((tx) => storeStarted(tx, db, report.sessionId, report.created, at))
      if (!wanted) destroyStray(context, agentId, report, 'not-found-in-manager')
      return
    }
    case 'kernel_failed':
      await db.tx((tx) => storeFailed(tx, db, report, at))
      break
    case 'kernel_terminated': {
      const lastStat = report.lastStat ?? (await lastKnown(context, report.kernelId))
      await db.tx((tx) => storeTerminated(tx, db, report, lastStat, at))
      break
    }
    case 'batch_finished':
      await db.tx((tx) => storeBatchResult(tx, db, report, at))
      signals.raise('terminate')
      return
    case 'agent_terminated':
      await db.tx((tx) => storeAgentTerminated(tx, db, agentId, report.reason, at))
      return
  }
  dispatched.forgetKernel(report.kernelId)
  signals.raise('terminate')
  signals.raise('schedule')
}

async function lastKnown({ ports }: AgentContext, kernelId: string): Promise<Record<string, unknown> | null> {
  try {
    const stats = (await readKernelStats(ports.cache, [kernelId])).get(kernelId)
    return stats ? { ...stats, version: 2 } : null
  } catch (error) {
    ports.log.warn({ err: error, kernelId }, 'last statistics not read')
    return null
  }
}
