import type { SharedConfig } from '../../config/shared.ts'
import type { Clock } from '../../lib/clock.ts'

/** What browsers of other origins may do, as `config/api/allow-origins` says: `*`, or origins between commas. */
export interface Cors {
  /** Headers for an answer to a page of `origin`; empty where that is not allowed. */
  headers(origin: string): Promise<Record<string, string>>
}

const KEY = 'config/api/allow-origins'
const TTL_MS = 5000

export function createCors(config: Pick<SharedConfig, 'get'>, clock: Clock): Cors {
  let known: { origins: string[]; until: number } | null = null
  const allowed = async () => {
    if (known && known.until > clock.now()) return known.origins
    const text = (await config.get(KEY)) ?? '*'
    const origins = text.split(',').map((one) => one.trim().replace(/\/+$/, '').toLowerCase())
    known = { origins, until: clock.now() + TTL_MS }
    return origins
  }
  return {
    async headers(origin) {
      const origins = await allowed()
      const expose = { 'access-control-expose-headers': '*' }
      if (origins.includes('*')) return { 'access-control-allow-origin': '*', ...expose }
      if (!origins.includes(origin.toLowerCase())) return {}
      return { 'access-control-allow-origin': origin, vary: 'Origin', ...expose }
    },
  }
}
