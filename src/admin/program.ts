import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import { type LoadedConfig, loadConfig } from '../config/loader.ts'
import type { ConfigRole } from '../config/role.ts'
import { CONFIG_FLAGS_HELP, type ConfigFlags, parseConfigFlags } from '../config/source/flags.ts'
import { Problem } from '../core/problem.ts'
import { systemClock } from '../lib/clock.ts'
import { AdminError } from './admin-error.ts'
import { addAgentCommands } from './commands/agent.ts'
import { type ApiDocuments, addApiCommands } from './commands/api.ts'
import { addClearHistoryCommand } from './commands/clear-history.ts'
import { addConfigCheckCommand } from './commands/config-check.ts'
import { addDbshellCommand } from './commands/dbshell.ts'
import { addEtcdCommands } from './commands/etcd.ts'
import { addFixtureCommands } from './commands/fixture.ts'
import { addGqlCommands } from './commands/gql.ts'
import { addImageCommands } from './commands/image.ts'
import { addGenerateKeypairCommand } from './commands/keypair.ts'
import { addRoleStatusCommands } from './commands/role-status.ts'
import { addSchedulerCommands } from './commands/scheduler.ts'
import { addSchemaCommands } from './commands/schema.ts'
import { addUserCommands } from './commands/user.ts'
import { connect, type OfflineImages } from './connect.ts'
import { type Io, processIo } from './io.ts'
import type { Session } from './session.ts'

const EXIT_CODES = `
Configuration:
${CONFIG_FLAGS_HELP}
      --json            one JSON document on standard output

Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration,
3 another process holds the database and does not answer.`

/** `backendai mgr …` and `backendai config check …`; resolves with the exit code. */
export async function runAdmin(
  argv: readonly string[],
  io: Io = processIo(),
  documents: () => Promise<ApiDocuments> = noDocuments,
  offlineImages: OfflineImages | null = null,
): Promise<number> {
  try {
    const { flags, rest } = parseConfigFlags(argv)
    const end = rest.indexOf('--')
    const options = end < 0 ? rest : rest.slice(0, end)
    const json = options.includes('--json')
    const args = rest.filter((arg, index) => arg !== '--json' || (end >= 0 && index > end))
    await buildProgram(openSession(io, flags, json, offlineImages), io, documents).parseAsync(args, {
      from: 'user',
    })
    return 0
  } catch (error) {
    return report(error, io)
  }
}

const noDocuments = async (): Promise<ApiDocuments> => {
  throw new AdminError('the manager is not part of this build', 1)
}

function buildProgram(session: Session, io: Io, documents: () => Promise<ApiDocuments>): Command {
  const program = new Command('backendai')
    .exitOverride()
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
  const mgr = program.command('mgr').description('administer the manager and its database')
  mgr.addHelpText('after', EXIT_CODES)
  addSchemaCommands(mgr, session)
  addFixtureCommands(mgr, session)
  addEtcdCommands(mgr, session)
  addAgentCommands(mgr, session)
  addImageCommands(mgr, session)
  addSchedulerCommands(mgr, session)
  addUserCommands(mgr, session)
  addGenerateKeypairCommand(mgr, session)
  addGqlCommands(mgr, session, documents)
  addApiCommands(mgr, session, documents)
  addClearHistoryCommand(mgr, session, systemClock.now)
  addDbshellCommand(mgr, session)
  addConfigCheckCommand(program, session)
  addRoleStatusCommands(program, session)
  return program
}

function openSession(
  io: Io,
  argvFlags: ConfigFlags,
  json: boolean,
  offlineImages: OfflineImages | null,
): Session {
  const loaded = new Map<ConfigRole, LoadedConfig>()
  const config = (role: ConfigRole = 'manager') => {
    const known = loaded.get(role) ?? loadConfig({ role, argvFlags, env: io.env, cwd: io.cwd })
    loaded.set(role, known)
    return known
  }
  return {
    io,
    json,
    config,
    async run(command, body, options = {}) {
      await using admin = await connect(config(), { command, offlineImages, ...options })
      return await body(admin)
    },
    print: (text, value) => io.stdout(json ? `${JSON.stringify(value)}\n` : `${text}\n`),
  }
}

/** Known failures in one sentence; unknown ones are for main's edge. */
function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof AdminError || error instanceof ConfigError) {
    io.stderr(`backendai: ${error.message}\n`)
    return error.exitCode
  }
  if (error instanceof Problem) {
    io.stderr(`backendai: ${error.msg ?? error.title}\n`)
    return 1
  }
  throw error
}
