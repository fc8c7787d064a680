import { Redis } from 'ioredis'
import type { Logger } from './logger.ts'

export interface RedisConnectionOptions {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. */
  url: string
  log: Logger
  /** For a connection that waits or subscribes: its commands outlive a reconnection instead of failing. */
  patient?: boolean
}

/**
 * A connection that reconnects by itself. Unless patient, a command fails when the server stays away beyond one
 * reconnection or five seconds. Rejects when the server cannot be reached now.
 */
export async function connectRedis({ url, log, patient = false }: RedisConnectionOptions): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: 'backendai',
    connectTimeout: 5000,
    commandTimeout: patient ? 15_000 : 5000,
    maxRetriesPerRequest: patient ? null : 1,
    retryStrategy: (attempt) => Math.min(50 * attempt, 2000),
    keepAlive: 10_000,
  })
  let reason: unknown = null
  let away = false
  redis.on('error', (error) => {
    reason = error
    if (away) return
    away = true
    log.warn({ err: error, server: describe(url) }, 'the connection to Redis is lost')
  })
  redis.on('ready', () => {
    if (away) log.info({ server: describe(url) }, 'connected to Redis again')
    away = false
  })
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    const cause = reason ?? error
    throw new Error(`cannot reach Redis at ${describe(url)}: ${String(cause)}`, { cause })
  }
  return redis
}

const describe = (url: string): string => URL.parse(url)?.host ?? 'the given address'
