/** HMAC of UTF-8 `data`; servers pass node:crypto, browsers WebCrypto. */
export type Hmac<Result> = (key: string | Uint8Array, data: string) => Result

/** What both sides sign (client-wire.md §1.3). */
export interface SignedParts {
  method: string
  /** The request target exactly as sent. */
  target: string
  /** The date header, byte for byte. */
  date: string
  /** The Host header, byte for byte. */
  host: string
  /** The Content-Type header; null when absent. */
  contentType: string | null
  version: string
  /** `x-sorna-version` with the legacy header. */
  versionHeader?: 'x-backendai-version' | 'x-sorna-version'
  /** Hex hash of the body; only versions before v4.20181215 sign one. */
  bodyHash?: string
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function stringToSign(parts: SignedParts): string {
  const type = parts.contentType === null ? 'application/octet-stream' : mediaType(parts.contentType)
  return [
    parts.method.toUpperCase(),
    parts.target,
    parts.date,
    `host:${parts.host}`,
    `content-type:${type}`,
    `${parts.versionHeader ?? 'x-backendai-version'}:${parts.version}`,
    parts.bodyHash ?? EMPTY_SHA256,
  ].join('\n')
}

function mediaType(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

/** The day of a date header in its own zone, as keys are derived from: `20240731`. Null when it is no ISO date. */
export function signingDay(date: string): string | null {
  const match = /^\s*(\d{4})-?(\d{2})-?(\d{2})/.exec(date)
  return match ? `${match[1]}${match[2]}${match[3]}` : null
}

/** `k2`: valid for one day, host and secret, so worth keeping. */
export const signingKey = (hmac: Hmac<Uint8Array>, secretKey: string, day: string, host: string) =>
  hmac(hmac(secretKey, day), host)

/** The same where HMAC is asynchronous (WebCrypto). */
export const signingKeyAsync = async (
  hmac: Hmac<Promise<Uint8Array>>,
  secretKey: string,
  day: string,
  host: string,
): Promise<Uint8Array> => hmac(await hmac(secretKey, day), host)

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** The value of the Authorization header. */
export const authorizationHeader = (accessKey: string, signature: string): string =>
  `BackendAI signMethod=HMAC-SHA256, credential=${accessKey}:${signature}`

export interface ParsedAuthorization {
  /** Lower-case hash name: `sha256`. */
  hash: string
  accessKey: string
  signature: string
}

/** As every client writes it; one pass, since this runs for each request. */
const USUAL = /^BackendAI signMethod=HMAC-SHA256, credential=([^:,\s]+):([0-9a-f]+)$/

/** Null when the header is not of the form above; the scheme may be `Sorna`, the hash any name. */
export function parseAuthorization(header: string): ParsedAuthorization | null {
  const usual = USUAL.exec(header)
  if (usual) return { hash: 'sha256', accessKey: usual[1] ?? '', signature: usual[2] ?? '' }
  const scheme = /^\s*(BackendAI|Sorna)\s+(.*)$/is.exec(header)
  if (!scheme) return null
  const fields = new Map<string, string>()
  for (const part of (scheme[2] ?? '').split(',')) {
    const at = part.indexOf('=')
    if (at > 0) fields.set(part.slice(0, at).trim(), part.slice(at + 1).trim())
  }
  const hash = /^HMAC-([A-Za-z0-9-]+)$/i.exec(fields.get('signMethod') ?? '')?.[1]
  const credential = /^([^:]+):([0-9a-fA-F]+)$/.exec(fields.get('credential') ?? '')
  if (!hash || !credential) return null
  return {
    hash: hash.toLowerCase().replace('-', ''),
    accessKey: credential[1] ?? '',
    signature: (credential[2] ?? '').toLowerCase(),
  }
}
