import type { ManagerPorts } from '../../context.ts'
import type { Dispatched } from '../dispatched.ts'
import type { Signals } from '../signals.ts'

/** What the agent-facing services share. */
export interface AgentContext {
  ports: ManagerPorts
  signals: Signals
  dispatched: Dispatched
  newId: () => string
}

/** Ends a kernel that should not be there; a failure is made up for by the next comparison with the agent. */
export function destroyStray(
  { ports }: AgentContext,
  agentId: string,
  kernel: { kernelId: string; sessionId: string },
  reason: string,
): void {
  const { kernelId, sessionId } = kernel
  ports.log.info({ agentId, kernelId, sessionId, reason }, 'ending a kernel that is not in the books')
  ports.agents.call(agentId, 'destroyKernel', { kernelId, sessionId, reason }).catch((error) => {
    ports.log.warn({ err: error, agentId, kernelId }, 'stray kernel not ended yet')
  })
}
