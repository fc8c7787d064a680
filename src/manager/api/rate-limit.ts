import type { Cache } from '../../cache/cache.ts'
import { Problem } from '../../core/problem.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Requester } from '../context.ts'

/** Seconds; the window rolls. */
export const RATE_LIMIT_WINDOW = 900

export type RateLimit = (
  who: Requester | null,
  clientAddress: string,
  responseHeaders: Record<string, string>,
) => Promise<void>

/**
 * Counts the request for its keypair, or for its address when nobody signed, and sets the X-RateLimit-* headers.
 * Without the cache, limits are open: they protect the service, not the truth.
 * @throws Problem `rate-limit-exceeded`.
 */
export function createRateLimit(cache: Cache, anonymousLimit: number, log: Logger): RateLimit {
  return async (who, clientAddress, responseHeaders) => {
    const limit = who ? who.rateLimit : anonymousLimit
    const key = who ? `ratelimit.key.${who.accessKey}` : `ratelimit.ip.${clientAddress}`
    const count = await countHit(cache, key, log)
    responseHeaders['x-ratelimit-limit'] = String(limit)
    responseHeaders['x-ratelimit-remaining'] = String(Math.max(0, limit - count))
    responseHeaders['x-ratelimit-window'] = String(RATE_LIMIT_WINDOW)
    if (count > limit) throw new Problem('rate-limit-exceeded')
  }
}

/** The headers of an answer that does not count, with nothing used up by it. */
export function showRateLimit(anonymousLimit: number): RateLimit {
  return async (who, _clientAddress, responseHeaders) => {
    const limit = String(who ? who.rateLimit : anonymousLimit)
    responseHeaders['x-ratelimit-limit'] = limit
    responseHeaders['x-ratelimit-remaining'] = limit
    responseHeaders['x-ratelimit-window'] = String(RATE_LIMIT_WINDOW)
  }
}

async function countHit(cache: Cache, key: string, log: Logger): Promise<number> {
  try {
    return (await cache.hit(key, RATE_LIMIT_WINDOW * 1000)).count
  } catch (error) {
    log.warn({ err: error }, 'the cache does not answer: rate limits are open')
    return 0
  }
}
