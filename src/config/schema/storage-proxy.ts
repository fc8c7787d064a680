import * as v from 'valibot'
import { address } from '../value/address.ts'
import { byteSize } from '../value/byte-size.ts'
import { duration } from '../value/duration.ts'
import { orNull, text, whole } from '../value/scalar.ts'
import { namedSections, section } from './section.ts'
import { tlsEntries } from './tls.ts'

export const storageProxySection = section({
  /** Unique in the cluster; null: made at random once and kept in the data directory. */
  'node-id': orNull(text),
  'pid-file': orNull(text),
  /** Entries of one directory listing; 0: no limit. */
  'scandir-limit': v.optional(whole(0), 1000),
  'max-upload-size': v.optional(byteSize, 100 * 1024 ** 3),
  /** Signs upload and download tokens; null: made once and kept in the data directory. */
  secret: orNull(text),
  'session-expire': v.optional(duration, 86400),
})

/** The storage proxy's two listeners. */
export const apiSection = section({
  client: section({ 'service-addr': address('0.0.0.0', 6021), ...tlsEntries }),
  manager: section({
    'service-addr': address('127.0.0.1', 6022),
    ...tlsEntries,
    /** Shared with the managers; null: made once and kept in the data directory. */
    secret: orNull(text),
  }),
})

export const volumeSections = namedSections(
  section({
    /** A storage plugin: vfs, xfs, … */
    backend: v.optional(text, 'vfs'),
    path: orNull(text),
    fsprefix: v.optional(text, '.'),
    options: v.optional(v.record(v.string(), v.unknown(), 'expected a table'), {}),
  }),
)
