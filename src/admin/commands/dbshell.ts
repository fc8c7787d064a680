import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type StoreTarget, storeTarget } from '../../config/targets.ts'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'
import { isServing } from '../socket-client.ts'
import { adminSocketPath } from '../socket-path.ts'

interface Flags {
  command?: string
  write?: boolean
}

/** Debian's package of each client program. */
const PACKAGES: Readonly<Record<string, string>> = { sqlite3: 'sqlite3', psql: 'postgresql-client' }

export function addDbshellCommand(mgr: Command, session: Session): void {
  mgr
    .command('dbshell')
    .description("open the database in its own shell (SQLite's sqlite3 or PostgreSQL's psql)")
    .option('-c, --command <sql>', 'run one command and end')
    .option('--write', 'SQLite: allow changes while the manager runs, which they hold up')
    .argument('[arguments...]', 'after "--": what the shell itself takes')
    .addHelpText('after', '\nExample:\n  backendai mgr dbshell -c "SELECT name, status FROM sessions"')
    .action(async (given: string[], flags: Flags) => {
      const config = session.config()
      const isRunning = await isServing(adminSocketPath(config.data.dir))
      const { argv, env } = shellFor(storeTarget(config), flags, { given, isRunning, json: session.json })
      if (argv.includes('-readonly'))
        session.io.stderr('the manager runs: the database is opened for reading; see --write\n')
      const code = await session.io.runProgram(argv, env)
      const [program] = argv
      if (code === null) {
        throw new AdminError(`"${program}" is not installed: install the package ${PACKAGES[program]}`, 1)
      }
      if (code !== 0) throw new AdminError(`${program} ended with ${code}`, 1)
    })
}

function shellFor(
  target: StoreTarget,
  { command, write }: Flags,
  { given, isRunning, json }: { given: readonly string[]; isRunning: boolean; json: boolean },
): { argv: readonly [string, ...string[]]; env: Record<string, string> } {
  if (target.kind === 'sqlite') {
    if (!existsSync(target.path)) {
      throw new AdminError(`there is no database at ${target.path}: run "backendai mgr schema oneshot"`, 1)
    }
    const options = [...(isRunning && !write ? ['-readonly'] : []), ...(json ? ['-json'] : ['-header'])]
    const query = command === undefined ? [] : [command]
    return { argv: ['sqlite3', ...options, ...given, target.path, ...query], env: {} }
  }
  if (json) throw new AdminError('psql prints no JSON: let the query make it, with json_agg()', 2)
  const url = new URL(target.url)
  const password = decodeURIComponent(url.password)
  // Other users of the machine see arguments, but no environments.
  url.password = ''
  const options = command === undefined ? [] : ['-c', command]
  return {
    argv: ['psql', ...options, ...given, url.href],
    env: password === '' ? {} : { PGPASSWORD: password },
  }
}
