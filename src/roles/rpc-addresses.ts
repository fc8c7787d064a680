import { networkInterfaces } from 'node:os'
import type { RoleContext } from './context.ts'

/**
 * What a join token tells agents to dial: the advertised address, else where the manager listens, else every address
 * of this host.
 * @param endpoint as bound, e.g. `tcp://0.0.0.0:6001`
 */
export function rpcAddresses({ config }: RoleContext, endpoint: string): string[] {
  const advertised = config.manager.advertisedRpcAddr
  if (advertised) return [`tcp://${advertised.host}:${advertised.port}`]
  const port = endpoint.slice(endpoint.lastIndexOf(':') + 1)
  const { host } = config.manager.rpcListenAddr
  if (host !== '0.0.0.0' && host !== '::') return [`tcp://${host}:${port}`]
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `tcp://${address}:${port}`)
  return own.length > 0 ? own : [`tcp://127.0.0.1:${port}`]
}
