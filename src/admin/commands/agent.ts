import type { Command } from 'commander'
import type { Session } from '../session.ts'

export function addAgentCommands(mgr: Command, session: Session): void {
  const agent = mgr.command('agent').description('agents of this cluster')
  agent
    .command('token')
    .description('print the join token that lets an agent in (a secret: it holds for every agent)')
    .addHelpText('after', '\nExample:\n  backendai agent --join-token "$(backendai mgr agent token)"')
    .action(async () => {
      const result = await session.run('mgr agent token', (admin) => admin.call('agent.token', {}))
      session.print(result.token, result)
    })
}
