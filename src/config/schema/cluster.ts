import * as v from 'valibot'
import { optionalAddress } from '../value/address.ts'
import { duration } from '../value/duration.ts'
import { commaList, flag, oneOf, orNull, text, whole } from '../value/scalar.ts'
import { section } from './section.ts'

/** Where a node keeps its files; every role. */
export const dataSection = section({
  /** Null: /var/lib/backendai as root, else ~/.local/share/backendai. The loader fills it in. */
  dir: orNull(v.pipe(text, v.nonEmpty('expected the path of a directory'))),
})

/** The database: manager, app-proxy coordinator and `mgr` only. */
export const storeSection = section({
  /** Null: postgresql when an address or URL is given, else sqlite. */
  kind: orNull(oneOf('sqlite', 'postgresql')),
  /** The SQLite file; null: `store.db` in the data directory. */
  path: orNull(text),
  url: orNull(text),
  addr: optionalAddress(5432),
  name: v.optional(text, 'backend'),
  user: orNull(text),
  password: orNull(text),
  'pool-size': v.optional(whole(1, 1000), 8),
})

/** Redis: manager, webserver and app proxy; without an address the memory drivers serve. */
export const redisSection = section({
  url: orNull(text),
  addr: optionalAddress(6379),
  db: v.optional(whole(0), 0),
  password: orNull(text),
  /** `host:port` of each sentinel. */
  sentinel: v.optional(commaList, []),
  'service-name': orNull(text),
  'redis-helper-config': section({
    'socket-timeout': v.optional(duration, 5),
    'socket-connect-timeout': v.optional(duration, 2),
    'reconnect-poll-timeout': v.optional(duration, 0.3),
  }),
})

export const debugSection = section({
  /** Lowers the log level to debug. */
  enabled: v.optional(flag, false),
  'log-events': v.optional(flag, false),
  'log-scheduler-ticks': v.optional(flag, false),
  'log-heartbeats': v.optional(flag, false),
  'log-docker-events': v.optional(flag, false),
  'log-kernel-config': v.optional(flag, false),
  'log-alloc-map': v.optional(flag, false),
  'log-stats': v.optional(flag, false),
  /** Seconds between an agent's heartbeats. */
  'heartbeat-interval': v.optional(duration, 20),
  /** Keeps ended containers and their scratch directories for inspection. */
  'skip-container-deletion': v.optional(flag, false),
})
