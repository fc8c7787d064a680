import * as v from 'valibot'
import { address, optionalAddress } from '../value/address.ts'
import { portRange } from '../value/port-range.ts'
import { oneOf, orNull, text } from '../value/scalar.ts'
import { section } from './section.ts'
import { tlsEntries } from './tls.ts'

export const appProxySection = section({
  /** The coordinator's API and the wildcard front end. */
  'service-addr': address('0.0.0.0', 10200),
  ...tlsEntries,
  /** What browsers dial; null: the service address. */
  'advertised-addr': optionalAddress(10200),
  id: orNull(text),
  'pid-file': orNull(text),
  /** `port`: one port per app; `wildcard`: one host name per app below `wildcard-domain`. */
  'frontend-mode': v.optional(oneOf('port', 'wildcard'), 'port'),
  'wildcard-domain': orNull(text),
  'port-range': v.optional(portRange, [10205, 10300]),
  /** The same count of ports as a firewall shows them; null: `port-range`. */
  'advertised-port-range': orNull(portRange),
  /** Shared with the managers (`wsproxy_api_token` of a resource group); null: made once and kept. */
  'api-secret': orNull(text),
  'jwt-secret': orNull(text),
  'permit-hash-secret': orNull(text),
})
