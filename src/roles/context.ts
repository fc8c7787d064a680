import { prepareDataDir } from '../config/data-dir.ts'
import { type LoadedConfig, loadConfig } from '../config/loader.ts'
import type { ConfigRole } from '../config/role.ts'
import { parseConfigFlags } from '../config/source/flags.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { requireDistinctAddresses } from './listen-keys.ts'
import { openLogger } from './logging.ts'

/** What every role is started with. */
export interface RoleContext {
  config: LoadedConfig
  /** This node's files; absolute. */
  dataDir: string
  clock: Clock
  log: Logger
  /** Where the log goes when it is a file. */
  logFile: string | null
  /** Arguments that are no configuration. */
  rest: string[]
}

/** Loads the configuration and opens the log. @throws ConfigError */
export function openContext(role: ConfigRole, argv: readonly string[]): RoleContext {
  const { flags, rest } = parseConfigFlags(argv)
  const config = loadConfig({ role, argvFlags: flags, env: process.env, cwd: process.cwd() })
  requireDistinctAddresses(config)
  const dataDir = prepareDataDir(config)
  const { log, logFile } = openLogger(config)
  for (const warning of config.warnings) log.warn({}, warning)
  return { config, dataDir, clock: systemClock, log, logFile, rest }
}
