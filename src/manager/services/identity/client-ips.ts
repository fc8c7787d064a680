import { isIP } from 'node:net'
import { invalid } from './refusals.ts'

const MAX_ENTRIES = 1000

/**
 * Addresses and CIDR blocks from which a user may ask; none at all is null: from anywhere.
 * @throws Problem that names the entry that is neither.
 */
export function clientIps(
  entries: readonly (string | null)[] | null | undefined,
): string[] | null | undefined {
  if (entries === undefined) return undefined
  const texts = (entries ?? []).map((entry) => (entry ?? '').trim()).filter((entry) => entry !== '')
  if (texts.length > MAX_ENTRIES) throw invalid(`allowed_client_ip has more than ${MAX_ENTRIES} entries`)
  const wrong = texts.find((text) => !isAddressOrBlock(text))
  if (wrong !== undefined) {
    throw invalid(`allowed_client_ip: "${wrong.slice(0, 80)}" is neither an IP address nor a CIDR block`)
  }
  return texts.length === 0 ? null : [...new Set(texts)]
}

function isAddressOrBlock(text: string): boolean {
  const [network = '', prefix, ...rest] = text.split('/')
  const version = isIP(network)
  // Zones (`fe80::1%eth0`) mean something on one machine only.
  if (version === 0 || network.includes('%') || rest.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}
