import * as v from 'valibot'
import { flag, orNull, text } from '../value/scalar.ts'

/** HTTPS of a listener: certificate chain and key as PEM files. */
export const tlsEntries = {
  'ssl-enabled': v.optional(flag, false),
  'ssl-cert': orNull(text),
  'ssl-privkey': orNull(text),
} as const
