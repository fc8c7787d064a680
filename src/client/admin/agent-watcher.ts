import type { Connection } from '../connection.ts'

/** What a watcher tells: `message`, `agent-status`, `watcher-status`… */
export type WatcherReport = Record<string, unknown>

/** The watcher beside an agent, which starts and stops it; superadmins only. */
export interface AgentWatcher {
  status(agentId: string): Promise<WatcherReport>
  start(agentId: string): Promise<WatcherReport>
  stop(agentId: string): Promise<WatcherReport>
  restart(agentId: string): Promise<WatcherReport>
}

export function createAgentWatcher(connection: Connection): AgentWatcher {
  const order = (action: string, agentId: string): Promise<WatcherReport> =>
    connection.json({
      method: 'POST',
      path: ['resource', 'watcher', 'agent', action],
      json: { agent_id: agentId },
    })
  return {
    status: (agentId) =>
      connection.json({ method: 'GET', path: ['resource', 'watcher'], query: { agent_id: agentId } }),
    start: (agentId) => order('start', agentId),
    stop: (agentId) => order('stop', agentId),
    restart: (agentId) => order('restart', agentId),
  }
}
