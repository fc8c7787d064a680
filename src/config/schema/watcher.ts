import * as v from 'valibot'
import { address } from '../value/address.ts'
import { flag, orNull, text } from '../value/scalar.ts'
import { section } from './section.ts'
import { tlsEntries } from './tls.ts'

export const watcherSection = section({
  'service-addr': address('0.0.0.0', 6009),
  ...tlsEntries,
  /** The systemd unit that it starts and stops. */
  'target-service': v.optional(text, 'backendai-agent.service'),
  /** What callers must send; the managers' `config/watcher/token`. Null: the documented default, "insecure". */
  token: orNull(text),
  'soft-reset-available': v.optional(flag, false),
})
