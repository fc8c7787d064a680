import type { Session } from './session.ts'

/** Lists the cluster's agents; `own` is the one of this machine, which gets a mark. */
export async function showAgents(session: Session, command: string, own: string | null): Promise<void> {
  const agents = await session.run(command, (admin) => admin.call('agent.list', {}))
  const lines = agents.map((agent) =>
    [
      agent.id,
      agent.status,
      agent.scalingGroup,
      agent.backend,
      agent.architecture,
      agent.version,
      ...(agent.isSchedulable ? [] : ['takes no sessions']),
      ...(agent.lastHeartbeat === null ? [] : [`heard ${agent.lastHeartbeat}`]),
      ...(agent.id === own ? ['(this machine)'] : []),
    ].join('  '),
  )
  session.print(
    lines.join('\n') || 'no agent has joined yet',
    agents.map((agent) => ({ ...agent, isHere: agent.id === own })),
  )
}
