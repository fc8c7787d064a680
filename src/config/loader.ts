import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { mergeEntries, sourceOf } from './merge.ts'
import { pendingKeysIn } from './pending-keys.ts'
import { entriesOfTable, type RawEntry } from './raw.ts'
import type { ConfigRole } from './role.ts'
import type { Config } from './schema/index.ts'
import { UP_DEFAULTS } from './schema/up.ts'
import { type Environment, readEnvironment } from './source/environment.ts'
import { type ReadFile, readConfigFiles } from './source/files.ts'
import { type ConfigFlags, entriesOfFlags, NO_FLAGS } from './source/flags.ts'
import { validate } from './validate.ts'

export interface LoadOptions {
  readonly role: ConfigRole
  /** From `parseConfigFlags(argv)`. */
  readonly argvFlags?: ConfigFlags
  readonly env: Environment
  readonly cwd: string
  readonly home?: string
  /** The last directory of the search. Default /etc/backend.ai. */
  readonly systemDir?: string
  /** Whether the data directory defaults to /var/lib/backendai. Default: whether the process is root. */
  readonly isRoot?: boolean
}

type Filled<T, Keys extends keyof T> = Omit<T, Keys> & { [Key in Keys]: NonNullable<T[Key]> }

/** The validated configuration; paths are absolute, durations are seconds, sizes are bytes. */
export interface LoadedConfig extends Omit<Config, 'data' | 'agent' | 'container'> {
  readonly data: { readonly dir: string }
  readonly agent: Filled<Config['agent'], 'ipcBasePath' | 'varBasePath' | 'imageCommitPath'>
  readonly container: Filled<Config['container'], 'scratchRoot'>
  readonly role: ConfigRole
  /** Who set a dotted key: a file's path, `environment NAME`, `command line` or `default`. */
  readonly sourceOf: (key: string) => string
  /** The files that were read, lowest first. */
  readonly files: readonly string[]
  /** For the log, once: among them one that lists the original's keys without effect here. */
  readonly warnings: readonly string[]
}

/**
 * Loads a role's configuration: defaults ← files ← environment ← command line.
 * @throws ConfigError (exit code 2) naming each file, key and what was expected.
 */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { role, env, cwd } = options
  const home = options.home ?? env.HOME ?? homedir()
  const flags = options.argvFlags ?? NO_FLAGS
  const fromEnv = env.BACKEND_CONFIG_FILE ? [env.BACKEND_CONFIG_FILE] : []
  const files = readConfigFiles({
    role,
    named: flags.files.length > 0 ? flags.files : fromEnv,
    cwd,
    home,
    systemDir: options.systemDir ?? '/etc/backend.ai',
  })
  const environment = readEnvironment(env, role)
  const defaults = role === 'up' ? entriesOfTable(UP_DEFAULTS, 'defaults of up') : []
  const merged = mergeEntries(
    [
      ...defaults,
      ...files.flatMap((file) => file.entries),
      ...environment.entries,
      ...entriesOfFlags(flags),
    ].map((entry) => absolute(entry, cwd)),
  )
  const config = validate(merged)
  const isRoot = options.isRoot ?? process.getuid?.() === 0
  return {
    ...withPaths(config, isRoot ? '/var/lib/backendai' : join(home, '.local/share/backendai')),
    role,
    sourceOf: (key) => sourceOf(merged, key) ?? 'default',
    files: files.map((file) => file.path),
    warnings: [
      ...ignoredWarning(files, environment.ignored),
      ...pendingWarning(config, validate(mergeEntries(defaults))),
    ],
  }
}

/** One for all of them, however many files there are. */
function ignoredWarning(files: readonly ReadFile[], variables: readonly string[]): string[] {
  const sources = [...files, { path: 'environment', ignored: variables }]
  const lists = sources.filter(({ ignored }) => ignored.length > 0)
  if (lists.length === 0) return []
  const text = lists.map(({ path, ignored }) => `${path}: ${ignored.join(', ')}`).join('; ')
  return [`settings of the original without effect here: ${text}`]
}

function pendingWarning(config: Config, defaults: Config): string[] {
  const keys = pendingKeysIn(config, defaults)
  return keys.length > 0 ? [`settings without effect in this version: ${keys.join(', ')}`] : []
}

const PATH_KEY =
  /^(data\.dir|store\.path|logging\.file\.path|volume\.[^.]+\.path|.+\.(ssl-cert|ssl-privkey|pid-file|static-path|mount-path|scratch-root|(ipc|var)-base-path|image-commit-path))$/

/** Relative paths start at the working directory, as in the original. */
function absolute(entry: RawEntry, cwd: string): RawEntry {
  const isPath = typeof entry.value === 'string' && entry.value !== '' && PATH_KEY.test(entry.path.join('.'))
  return isPath ? { ...entry, value: resolve(cwd, String(entry.value)) } : entry
}

/** What has no path of its own is in the data directory. */
function withPaths(config: Config, defaultDataDir: string) {
  const dir = config.data.dir ?? defaultDataDir
  const { agent, container } = config
  return {
    ...config,
    data: { dir },
    agent: {
      ...agent,
      ipcBasePath: agent.ipcBasePath ?? join(dir, 'ipc'),
      varBasePath: agent.varBasePath ?? join(dir, 'agent'),
      imageCommitPath: agent.imageCommitPath ?? join(dir, 'commit'),
    },
    container: { ...container, scratchRoot: container.scratchRoot ?? join(dir, 'scratches') },
  }
}
