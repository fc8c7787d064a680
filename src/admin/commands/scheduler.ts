import type { Command } from 'commander'
import type { Session } from '../session.ts'

export function addSchedulerCommands(mgr: Command, session: Session): void {
  const scheduler = mgr.command('scheduler').description('the loops that place, start and end sessions')
  scheduler
    .command('last-execution-time')
    .description('when the loops of the running manager ran last')
    .action(async () => {
      const state = await session.run('mgr scheduler last-execution-time', (admin) =>
        admin.call('scheduler.last-runs', {}),
      )
      const loops = state.loops.map(({ name, startedAt, endedAt, isFailed }) => {
        const end = endedAt === null ? 'still running' : `${Date.parse(endedAt) - Date.parse(startedAt)} ms`
        return `${name.padEnd(10)} ${startedAt}  ${isFailed ? 'failed' : end}`
      })
      const leases = state.leases.map(({ holder, expiresAt }) => `held by ${holder} until ${expiresAt}`)
      session.print([...loops, ...leases].join('\n') || 'no loop has run yet', state)
    })
}
