import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { RoleContext } from './context.ts'

/**
 * What a join token tells agents to dial: the advertised address, else where the manager listens, else this host's
 * address on the interface of its default route. One address for one manager: several would be several managers.
 * @param endpoint as bound, e.g. `tcp://0.0.0.0:6001`
 */
export function rpcAddress({ config }: RoleContext, endpoint: string): string {
  const advertised = config.manager.advertisedRpcAddr
  if (advertised) return `tcp://${advertised.host}:${advertised.port}`
  const port = endpoint.slice(endpoint.lastIndexOf(':') + 1)
  const { host } = config.manager.rpcListenAddr
  const isAny = host === '0.0.0.0' || host === '::'
  return `tcp://${isAny ? (hostAddress() ?? '127.0.0.1') : host}:${port}`
}

function hostAddress(): string | null {
  const interfaces = networkInterfaces()
  const name = defaultInterface()
  const candidates = name ? (interfaces[name] ?? []) : Object.values(interfaces).flatMap((list) => list ?? [])
  return candidates.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null
}

/** The interface whose destination is 0.0.0.0, or null where there is no default route. */
function defaultInterface(): string | null {
  try {
    const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)
    return (
      routes.map((line) => line.split('\t')).find(([, destination]) => destination === '00000000')?.[0] ??
      null
    )
  } catch {
    return null
  }
}
