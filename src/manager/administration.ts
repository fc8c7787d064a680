import type { ManagerPorts } from './context.ts'
import type { LoopRun } from './loops/loop-runs.ts'
import type { BackgroundTasks } from './services/background-tasks.ts'
import { startRescan } from './services/registry/rescan.ts'

/** What a running manager does for administration beside its API. */
export interface ManagerAdministration {
  readonly images: {
    /** @throws RangeError when the registry is not configured; null reads all. */
    rescan(registry: string | null): Promise<string>
    rescanState: BackgroundTasks['state']
  }
  readonly agents: {
    /** Ids of those that this manager speaks with. */
    connected(): string[]
    /** Milliseconds to the answer. @throws AgentUnreachableError */
    ping(agentId: string, timeoutMs: number): Promise<number>
  }
  loopRuns(): LoopRun[]
}

export const administration = (
  ports: ManagerPorts,
  tasks: Pick<BackgroundTasks, 'start' | 'state'>,
  loopRuns: () => LoopRun[],
): ManagerAdministration => ({
  images: {
    rescan: (registry) => startRescan(ports, tasks, { registry, starter: null }),
    rescanState: (taskId) => tasks.state(taskId),
  },
  agents: {
    connected: () => ports.agents.connected(),
    async ping(agentId, timeoutMs) {
      const begun = ports.clock.now()
      await ports.agents.call(agentId, 'ping', { message: 'administration' }, { timeoutMs })
      return ports.clock.now() - begun
    },
  },
  loopRuns,
})
