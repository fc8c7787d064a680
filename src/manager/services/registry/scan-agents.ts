import type { ManagerPorts } from '../../context.ts'
import type { Progress } from '../background-tasks.ts'

const TIMEOUT_MS = 60_000

/** Has agents look at their own images; what changed comes as their next hello. Gives how many did. */
export async function scanAgents(
  ports: Pick<ManagerPorts, 'agents' | 'log'>,
  agentIds: readonly string[],
  progress: Pick<Progress, 'step'>,
  signal: AbortSignal,
): Promise<number> {
  let scanned = 0
  for (const agentId of agentIds) {
    try {
      await ports.agents.call(agentId, 'scanImages', {}, { signal, timeoutMs: TIMEOUT_MS })
      scanned += 1
      await progress.step(1, `${agentId}: images scanned`)
    } catch (error) {
      if (signal.aborted) throw error
      ports.log.warn({ err: error, agentId }, 'an agent did not scan its images')
      await progress.step(1, `${agentId}: ${error instanceof Error ? error.message : 'failed'}`)
    }
  }
  return scanned
}
