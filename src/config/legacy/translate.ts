import { basename } from 'node:path'
import type { RawEntry, RawTable } from '../raw.ts'
import { formatAddress, parseAddress } from '../value/address.ts'
import { IGNORED_KEYS } from './ignored-keys.ts'
import { MOVED_KEYS, WEBSERVER_MOVED_KEYS } from './moved-keys.ts'

export interface Translation {
  readonly entries: readonly RawEntry[]
  /** The original's keys without effect here, as the warning shows them. */
  readonly ignored: readonly string[]
}

/** webserver.conf and wsproxy.toml spell keys with underscores; the tables in them are their own. */
export type FileKind = 'common' | 'webserver' | 'wsproxy'

export function fileKind(path: string, table: RawTable): FileKind {
  if ('wsproxy' in table) return 'wsproxy'
  return /^webserver.*\.conf$/.test(basename(path)) || 'service' in table ? 'webserver' : 'common'
}

/** Turns the original's keys into ours; what is neither passes, for the schema to judge. */
export function translate(entries: readonly RawEntry[], kind: FileKind): Translation {
  const kept: RawEntry[] = []
  const ignored = new Set<string>()
  for (const entry of entries.map((each) => respell(each, kind))) {
    const useless = kind === 'webserver' && entry.path[0] === 'license' ? undefined : ignoredAs(entry)
    if (useless !== undefined) ignored.add(useless)
    else if (!(kind === 'webserver' && entry.value === '')) kept.push(...adapt(move(entry, kind), ignored))
  }
  return { entries: kept, ignored: [...ignored] }
}

function respell(entry: RawEntry, kind: FileKind): RawEntry {
  if (kind === 'common') return entry
  const path = entry.path.map((part) => part.toLowerCase().replaceAll('_', '-'))
  return { ...entry, path, spelled: entry.path.join('.') }
}

function ignoredAs(entry: RawEntry): string | undefined {
  const key = entry.path.join('.')
  const rule = IGNORED_KEYS.find((name) => key === name || key.startsWith(`${name}.`))
  if (rule === undefined) return undefined
  return rule.includes('.') ? rule : `[${rule}]`
}

function move(entry: RawEntry, kind: FileKind): RawEntry {
  const rules = kind === 'webserver' ? { ...MOVED_KEYS, ...WEBSERVER_MOVED_KEYS } : MOVED_KEYS
  // The longest rule wins, so `service.ip` is looked up before `service`.
  for (let length = entry.path.length; length > 0; length--) {
    const target = rules[entry.path.slice(0, length).join('.')]
    if (target === undefined) continue
    const path = [...target.split('.'), ...entry.path.slice(length)]
    return { ...entry, path, spelled: entry.spelled ?? entry.path.join('.') }
  }
  return entry
}

const SESSION_KEYS_IN_HELPER =
  /^(max-age|flush-on-startup|login-block-time|login-allowed-fail-count|auto-logout|max-count-for-preopen-ports)$/

/** Values that are written differently here. */
function adapt(entry: RawEntry, ignored: Set<string>): RawEntry[] {
  const key = entry.path.join('.')
  const { value } = entry
  const last = entry.path.at(-1) ?? ''
  if (key === 'agent.manager-addrs' || key.startsWith('agent.manager-addrs.')) return [managerAddress(entry)]
  if (key === 'logging.drivers' && Array.isArray(value)) {
    const shippers = value.filter((driver) => driver === 'logstash' || driver === 'graylog')
    for (const driver of shippers) ignored.add(`logging.drivers "${driver}"`)
    return [{ ...entry, value: value.filter((driver) => !shippers.includes(driver)) }]
  }
  // The original's sample file has these below [session.redis.redis_helper_config] by mistake.
  if (entry.path[1] === 'redis-helper-config' && SESSION_KEYS_IN_HELPER.test(last)) {
    return [{ ...entry, path: ['webserver', 'session', last] }]
  }
  return [entry]
}

function managerAddress(entry: RawEntry): RawEntry {
  if (typeof entry.value !== 'string' || entry.value.includes('://')) return entry
  const parsed = parseAddress(entry.value)
  if (!parsed?.host) return entry
  return { ...entry, value: [`tcp://${formatAddress({ host: parsed.host, port: parsed.port ?? 6001 })}`] }
}
