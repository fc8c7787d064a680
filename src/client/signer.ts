import {
  authorizationHeader,
  type SignedParts,
  signingDay,
  signingKeyAsync,
  stringToSign,
  toHex,
} from '../api/signature.ts'
import type { ClientCrypto } from './client-crypto.ts'

/** The Authorization header of a request. */
export type Signer = (parts: SignedParts) => Promise<string>

/** Keeps the key of the last day and host: deriving it costs two HMACs. */
export function createSigner(accessKey: string, secretKey: string, crypto: ClientCrypto): Signer {
  let kept: { of: string; key: Promise<Uint8Array> } | null = null

  function keyFor(date: string, host: string): Promise<Uint8Array> {
    const day = signingDay(date)
    if (day === null) throw new RangeError(`not an ISO-8601 date: "${date}"`)
    const of = `${day} ${host}`
    if (kept?.of !== of) kept = { of, key: signingKeyAsync(crypto.hmacSha256, secretKey, day, host) }
    return kept.key
  }

  return async (parts) => {
    const key = await keyFor(parts.date, parts.host)
    return authorizationHeader(accessKey, toHex(await crypto.hmacSha256(key, stringToSign(parts))))
  }
}
