import * as v from 'valibot'
import { address, optionalAddress } from '../value/address.ts'
import { byteSize } from '../value/byte-size.ts'
import { duration } from '../value/duration.ts'
import { flag, orNull, text, textList } from '../value/scalar.ts'
import { section } from './section.ts'
import { tlsEntries } from './tls.ts'

export const managerSection = section({
  /** The API. */
  'service-addr': address('0.0.0.0', 8081),
  ...tlsEntries,
  /** Agents dial this address (ZeroMQ with CURVE). */
  'rpc-listen-addr': address('0.0.0.0', 6001),
  /** What join tokens tell agents to dial; null: the host's own addresses with the port above. */
  'advertised-rpc-addr': optionalAddress(6001),
  /** Null: `i-<hostname>`. */
  id: orNull(text),
  'pid-file': orNull(text),
  /** Seconds of silence after which an agent is lost. */
  'heartbeat-timeout': v.optional(duration, 40),
  /** Signs the manager's own short-lived tokens; null: made once and kept in the data directory. */
  secret: orNull(text),
  'allowed-plugins': orNull(textList),
  'disabled-plugins': v.optional(textList, []),
  /** Addresses and CIDR blocks of webservers and proxies whose X-Forwarded-For is believed. */
  'trusted-proxies': v.optional(textList, ['127.0.0.0/8', '::1/128']),
  /** Hides agents from users who are not superadmins. */
  'hide-agents': v.optional(flag, false),
  'agent-selection-resource-priority': v.optional(textList, ['cuda', 'rocm', 'tpu', 'cpu', 'mem']),
  'importer-image': v.optional(text, 'lablup/importer:manylinux2010'),
  /** The largest WebSocket message, in bytes. */
  'max-wsmsg-size': v.optional(byteSize, 16 * 1024 * 1024),
})
