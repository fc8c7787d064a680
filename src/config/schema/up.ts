import * as v from 'valibot'
import type { RawTable } from '../raw.ts'
import { oneOf } from '../value/scalar.ts'
import { section } from './section.ts'

const ROLES = ['manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy', 'watcher'] as const

export const upSection = section({
  /** The roles that share the process. */
  roles: v.optional(v.array(oneOf(...ROLES), 'expected a list of roles'), [...ROLES]),
})

/** What differs in `up` from one role per process: nothing is reachable from other machines unless configured. */
export const UP_DEFAULTS: RawTable = {
  manager: {
    'service-addr': { host: '127.0.0.1' },
    'rpc-listen-addr': { host: '127.0.0.1' },
  },
  container: { 'bind-host': '127.0.0.1' },
  resource: { 'reserved-cpu': 0, 'reserved-mem': 0, 'reserved-disk': 0 },
  api: { client: { 'service-addr': { host: '127.0.0.1' } } },
  'app-proxy': { 'service-addr': { host: '127.0.0.1' } },
  webserver: { 'service-addr': { host: '127.0.0.1' } },
  watcher: { 'service-addr': { host: '127.0.0.1' } },
  // The terminal is for the greeting.
  logging: { drivers: ['file'] },
}
