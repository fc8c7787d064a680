import type { AgentContext } from '../agent-context.ts'

/** Networks of sessions that have no kernel here any more: a crash between two removals leaves them. */
export async function removeOrphanNetworks(ctx: AgentContext): Promise<void> {
  const found = await ctx.backend.findNetworks(ctx.agentId)
  for (const { name, sessionId } of found) {
    const isUsed = [...ctx.kernels.values()].some(({ record }) => record.sessionId === sessionId)
    if (isUsed) continue
    ctx.log.info({ network: name, sessionId }, 'network of an ended session is removed')
    await ctx.backend.removeNetwork(name)
  }
}
