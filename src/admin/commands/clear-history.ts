import type { Command } from 'commander'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'
import { vacuum } from '../vacuum.ts'

const DAYS: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7, mo: 30, y: 365, yr: 365 }

export function addClearHistoryCommand(mgr: Command, session: Session, now: () => number): void {
  mgr
    .command('clear-history')
    .description('delete ended sessions, error logs and relayed events that are older than the retention')
    .option('-r, --retention <time>', 'what to keep, e.g. 12h, 30d, 6mo, 1yr', '1yr')
    .option('-v, --vacuum-full', 'give the room back to the file system (SQLite: while the manager is down)')
    .action(async (options: { retention: string; vacuumFull?: boolean }) => {
      const before = new Date(now() - retentionMs(options.retention)).toISOString()
      const gone = await session.run('mgr clear-history', (admin) => admin.call('history.clear', { before }))
      if (options.vacuumFull) await vacuum(session)
      const text = `deleted from before ${before}: ${gone.sessions} sessions, ${gone.errorLogs} error logs, ${gone.events} events`
      session.print(text, { before, ...gone })
    })
}

function retentionMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+)(h|d|w|mo|yr?)$/.exec(text.trim().toLowerCase()) ?? []
  const days = DAYS[unit]
  if (amount === undefined || days === undefined) {
    throw new AdminError(`--retention: expected a time such as 12h, 30d, 6mo or 1yr, got "${text}"`, 2)
  }
  return Number(amount) * days * 86_400_000
}
