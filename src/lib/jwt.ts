import { createHmac } from 'node:crypto'
import { sameText } from './same-text.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })
const signatureOf = (text: string, secret: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url')

/** A JSON web token of these claims, signed with HMAC-SHA256. `exp` is in seconds. */
export function signJwt(claims: { exp: number } & Record<string, unknown>, secret: string): string {
  const text = `${HEADER}.${encode(claims)}`
  return `${text}.${signatureOf(text, secret)}`
}

/** The claims of a token that this secret signed and that has not run out; null otherwise. @param now milliseconds */
export function verifyJwt(token: string, secret: string, now: number): Record<string, unknown> | null {
  const [header, payload, signature, ...rest] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return null
  if (!sameText(signature, signatureOf(`${header}.${payload}`, secret))) return null
  const claims = decode(payload)
  if (decode(header)?.alg !== 'HS256' || typeof claims?.exp !== 'number') return null
  return claims.exp * 1000 > now ? claims : null
}

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
