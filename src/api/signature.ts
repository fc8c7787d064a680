/** The request signature that clients make and the manager checks (client-wire.md §1.3). */

/** SHA-256 of the empty string: bodies are not part of the signature. */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export interface SignedParts {
  method: string
  /** Path and query exactly as sent, still percent-encoded. */
  target: string
  /** The Date header, byte for byte. */
  date: string
  /** `YYYYMMDD` of `date` in its own zone; by default read from an ISO-8601 `date`. */
  day?: string
  /** The Host header, with the port when the header has one. */
  host: string
  /** The Content-Type header; null where it is absent (WebSocket, SSE). */
  contentType: string | null
  /** Value of X-BackendAI-Version, or of X-Sorna-Version with `versionHeader` set so. */
  version: string
  versionHeader?: 'x-backendai-version' | 'x-sorna-version'
  /** Hex digest of the body, for versions before v4.20181215 only. */
  bodyHash?: string
}

/** The seven lines that are signed, without a line feed at the end. */
export function stringToSign(parts: SignedParts): string {
  const mediaType = (parts.contentType ?? 'application/octet-stream').split(';', 1)[0] ?? ''
  return [
    parts.method.toUpperCase(),
    parts.target,
    parts.date,
    `host:${parts.host}`,
    `content-type:${mediaType.trim().toLowerCase()}`,
    `${parts.versionHeader ?? 'x-backendai-version'}:${parts.version}`,
    parts.bodyHash ?? EMPTY_HASH,
  ].join('\n')
}

/** HMAC-SHA256 of UTF-8 `data`; injected, since browsers, Bun and tests each bring their own. */
export type Hmac = (key: Uint8Array, data: string) => Promise<Uint8Array>

/** `YYYYMMDD` of an ISO-8601 date such as `2024-07-31T12:34:56+09:00`, in its own zone. */
export function dayOf(isoDate: string): string {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(isoDate)
  if (!match) throw new RangeError(`not an ISO-8601 date: "${isoDate}"`)
  return `${match[1]}${match[2]}${match[3]}`
}

/** The key of one day and one host. */
export async function signingKey(
  secretKey: string,
  day: string,
  host: string,
  hmac: Hmac,
): Promise<Uint8Array> {
  return hmac(await hmac(new TextEncoder().encode(secretKey), day), host)
}

/** The value of the Authorization header. */
export async function signRequest(
  parts: SignedParts,
  accessKey: string,
  secretKey: string,
  hmac: Hmac,
): Promise<string> {
  const key = await signingKey(secretKey, parts.day ?? dayOf(parts.date), parts.host, hmac)
  const signature = toHex(await hmac(key, stringToSign(parts)))
  return `BackendAI signMethod=HMAC-SHA256, credential=${accessKey}:${signature}`
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
