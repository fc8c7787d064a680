import type { RawEntry } from '../raw.ts'
import type { ConfigRole } from '../role.ts'
import { coerce } from './coerce.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The original's variables (config.md §2–4) and the keys that they set. */
const LEGACY_VARIABLES: Readonly<Record<string, string>> = {
  BACKEND_DB_ADDR: 'store.addr',
  BACKEND_DB_NAME: 'store.name',
  BACKEND_DB_USER: 'store.user',
  BACKEND_DB_PASSWORD: 'store.password',
  BACKEND_REDIS_ADDR: 'redis.addr',
  BACKEND_REDIS_PASSWORD: 'redis.password',
  BACKEND_CPU_OVERCOMMIT_FACTOR: 'resource.cpu-overcommit-factor',
  BACKEND_MEM_OVERCOMMIT_FACTOR: 'resource.mem-overcommit-factor',
  BACKEND_WATCHER_SERVICE_IP: 'watcher.service-addr.host',
  BACKEND_WATCHER_SERVICE_PORT: 'watcher.service-addr.port',
  BACKENDAI_DATA: 'data.dir',
}

/** Variables of whichever role starts. */
const ROLE_VARIABLES: Readonly<Record<string, string>> = {
  BACKEND_SERVICE_IP: 'service-addr.host',
  BACKEND_SERVICE_PORT: 'service-addr.port',
  BACKEND_SSL_CERT: 'ssl-cert',
  BACKEND_SSL_KEY: 'ssl-privkey',
  BACKEND_PID_FILE: 'pid-file',
}

const IGNORED_VARIABLES = [
  'BACKEND_NAMESPACE',
  'BACKEND_ETCD_ADDR',
  'BACKEND_ETCD_USER',
  'BACKEND_ETCD_PASSWORD',
  'BACKEND_MANAGER_NPROC',
  'BACKEND_AGENT_HOST_OVERRIDE',
  'BACKEND_AGENT_PORT',
]

/** BACKENDAI_<SECTION>__<KEY>, e.g. BACKENDAI_MANAGER__SERVICE_ADDR or BACKENDAI_API__CLIENT__SERVICE_ADDR. */
const OWN_VARIABLE = /^BACKENDAI_([A-Z0-9_]+?__[A-Z0-9_]+)$/

export interface EnvironmentLayer {
  readonly entries: readonly RawEntry[]
  /** The original's variables without effect here. */
  readonly ignored: readonly string[]
}

export function readEnvironment(env: Environment, role: ConfigRole): EnvironmentLayer {
  const set = Object.entries(env).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return {
    entries: set.flatMap(([name, text]) => entryOf(name, text, role)),
    ignored: set.map(([name]) => name).filter((name) => IGNORED_VARIABLES.includes(name)),
  }
}

function entryOf(name: string, text: string, role: ConfigRole): RawEntry[] {
  const path = pathOf(name, role)
  if (!path) return []
  return [{ path, value: valueAt(path, text), source: `environment ${name}` }]
}

function valueAt(path: readonly string[], text: string): unknown {
  const isPort = path.at(-1) === 'port' && path.at(-2)?.endsWith('addr')
  return isPort && /^\d+$/.test(text) ? Number(text) : coerce(path, text)
}

function pathOf(name: string, role: ConfigRole): string[] | null {
  const legacy = Object.hasOwn(LEGACY_VARIABLES, name) ? LEGACY_VARIABLES[name] : undefined
  if (legacy) return legacy.split('.')
  const ofRole = Object.hasOwn(ROLE_VARIABLES, name) ? ROLE_VARIABLES[name] : undefined
  if (ofRole) return roleSection(role, ofRole)
  const own = OWN_VARIABLE.exec(name)?.[1]
  return own ? own.split('__').map((part) => part.toLowerCase().replaceAll('_', '-')) : null
}

/** In `up` the manager is meant; agents listen on nothing. */
function roleSection(role: ConfigRole, key: string): string[] | null {
  if (role === 'agent') return key === 'pid-file' ? ['agent', key] : null
  if (role === 'storage-proxy') return key === 'pid-file' ? [role, key] : ['api', 'client', ...key.split('.')]
  return [role === 'up' ? 'manager' : role, ...key.split('.')]
}
