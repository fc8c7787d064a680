import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { ConfigError } from '../config-error.ts'
import { fileKind, type Translation, translate } from '../legacy/translate.ts'
import { entriesOfTable, type RawTable } from '../raw.ts'
import type { ConfigRole } from '../role.ts'

export const OWN_FILE = 'backendai.toml'

/** The original's file of each role, read below ours; `up` has none. */
const LEGACY_FILES: Readonly<Record<ConfigRole, readonly string[]>> = {
  up: [],
  manager: ['manager.toml'],
  agent: ['agent.toml'],
  'storage-proxy': ['storage-proxy.toml'],
  webserver: ['webserver.conf'],
  'app-proxy': ['wsproxy.toml'],
  watcher: ['agent.toml'],
}

export interface FileSearch {
  readonly role: ConfigRole
  /** Named by `--config`, else by BACKEND_CONFIG_FILE: then nothing is searched for. */
  readonly named: readonly string[]
  readonly cwd: string
  readonly home: string
  readonly systemDir: string
}

export interface ReadFile extends Translation {
  readonly path: string
}

/**
 * The files of a role, lowest first. Each name is taken from the first of the current directory,
 * ~/.config/backend.ai and /etc/backend.ai that has it.
 */
export function readConfigFiles(search: FileSearch): ReadFile[] {
  if (search.named.length > 0) {
    return search.named.map((path) => readConfigFile(resolve(search.cwd, path)))
  }
  const directories = [search.cwd, join(search.home, '.config', 'backend.ai'), search.systemDir]
  return [...LEGACY_FILES[search.role], OWN_FILE].flatMap((name) => {
    for (const directory of directories) {
      const path = join(directory, name)
      const text = readIfPresent(path)
      if (text !== null) return [parseConfigFile(path, text)]
    }
    return []
  })
}

export const readConfigFile = (path: string): ReadFile => parseConfigFile(path, readConfigText(path))

/** @throws ConfigError that says why there is no text. */
export function readConfigText(path: string): string {
  const text = readIfPresent(path)
  if (text === null) throw new ConfigError([{ source: path, key: '', message: 'no such file' }])
  return text
}

export function parseConfigFile(path: string, text: string): ReadFile {
  const table = parseToml(path, text)
  return { path, ...translate(entriesOfTable(table, path), fileKind(path, table)) }
}

function parseToml(path: string, text: string): RawTable {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.split('\n')
    const message = `${reason} (line ${error.line}, column ${error.column})`
    throw new ConfigError([{ source: path, key: '', message }])
  }
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw unreadable(path, code || String(error))
  }
}

function unreadable(path: string, code: string): ConfigError {
  const reasons: Record<string, string> = {
    EISDIR: 'expected a file; this is a directory',
    EACCES: 'this user may not read it',
  }
  return new ConfigError([{ source: path, key: '', message: reasons[code] ?? `cannot be read (${code})` }])
}
