import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/loader.ts'
import { type Address, formatAddress } from '../config/value/address.ts'
import { ListenError } from '../lib/http/listen-error.ts'
import type { RoleName } from './role.ts'

interface ListenKey {
  readonly key: string
  readonly address: Address
}

const KEYS: Readonly<Record<RoleName, (config: LoadedConfig) => ListenKey[]>> = {
  manager: ({ manager, role }) => [
    { key: 'manager.service-addr', address: manager.serviceAddr },
    ...(role === 'manager' ? [{ key: 'manager.rpc-listen-addr', address: manager.rpcListenAddr }] : []),
  ],
  agent: () => [],
  'storage-proxy': ({ api }) => [
    { key: 'api.client.service-addr', address: api.client.serviceAddr },
    { key: 'api.manager.service-addr', address: api.manager.serviceAddr },
  ],
  webserver: ({ webserver }) => [{ key: 'webserver.service-addr', address: webserver.serviceAddr }],
  'app-proxy': ({ appProxy }) => [{ key: 'app-proxy.service-addr', address: appProxy.serviceAddr }],
  watcher: ({ watcher }) => [{ key: 'watcher.service-addr', address: watcher.serviceAddr }],
}

/** Where this process is going to listen, and what says so. */
function listenKeys(config: LoadedConfig): ListenKey[] {
  const roles: RoleName[] = config.role === 'up' ? ['manager', ...config.up.roles] : [config.role]
  return [...new Set(roles)].flatMap((role) => KEYS[role](config))
}

const WILDCARDS = ['0.0.0.0', '::']

const overlap = (one: Address, two: Address): boolean =>
  one.port === two.port &&
  one.port !== 0 &&
  (one.host === two.host || WILDCARDS.includes(one.host) || WILDCARDS.includes(two.host))

/** @throws ConfigError that names both keys where two of our own servers would listen at one place. */
export function requireDistinctAddresses(config: LoadedConfig): void {
  const keys = listenKeys(config)
  const issues = keys.flatMap(({ key, address }, index) => {
    const other = keys.slice(0, index).find((earlier) => overlap(earlier.address, address))
    if (!other) return []
    const [at, otherAt] = [formatAddress(address), formatAddress(other.address)]
    const message = `expected a port of its own; ${at} collides with ${other.key}, ${otherAt} (${config.sourceOf(other.key)})`
    return [{ source: config.sourceOf(key), key, message }]
  })
  if (issues.length > 0) throw new ConfigError(issues)
}

/** Starts servers; one that cannot listen is reported by the key that chose its address. */
export async function namingListenKeys<T>(config: LoadedConfig, start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    const { host, port, message } = error
    const found = listenKeys(config).find(({ address }) => address.host === host && address.port === port)
    if (!found) throw error
    const { key } = found
    if (error.isAddressWrong) {
      const expected = `${message}; expected an address of this machine, e.g. 127.0.0.1:${port}`
      throw new ConfigError([{ source: config.sourceOf(key), key, message: expected }])
    }
    throw new Error(`${key}: ${message}`, { cause: error })
  }
}
