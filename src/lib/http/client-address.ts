import { BlockList, isIP } from 'node:net'

/** A set of addresses and CIDR blocks; entries that are neither are ignored. */
export function addressSet(entries: readonly string[]): { has(address: string): boolean } {
  const list = new BlockList()
  for (const entry of entries) {
    const [network = '', prefix] = entry.trim().split('/')
    const family = familyOf(network)
    if (!family) continue
    const bits = family === 'ipv4' ? 32 : 128
    const length = prefix === undefined ? bits : Number(prefix)
    if (Number.isInteger(length) && length >= 0 && length <= bits) list.addSubnet(network, length, family)
  }
  return {
    has(address) {
      const plain = unmapped(address)
      const family = familyOf(plain)
      return family !== null && list.check(plain, family)
    },
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address)
  if (version === 0) return null
  return version === 4 ? 'ipv4' : 'ipv6'
}

/** `::ffff:10.0.0.1` is how dual-stack sockets show an IPv4 peer. */
export const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/**
 * The address of who asks: the rightmost one in X-Forwarded-For that no trusted proxy added, and the peer's own when
 * the peer is no trusted proxy.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  trusted: { has(address: string): boolean },
): string {
  let address = unmapped(peer)
  if (forwardedFor === undefined) return address
  const hops = forwardedFor.split(',').map((hop) => unmapped(hop.trim()))
  while (hops.length > 0 && trusted.has(address)) {
    const hop = hops.pop() ?? ''
    if (isIP(hop) === 0) break
    address = hop
  }
  return address
}
