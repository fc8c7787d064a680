import { createHmac } from 'node:crypto'
import { base32, fromBase32 } from './base32.ts'
import type { RandomBytes } from './keys.ts'
import { sameText } from './same-text.ts'

const STEP_MS = 30_000
const DIGITS = 6

/** A secret for one-time passwords: 160 bits as 32 letters of base 32 (RFC 4226 §4). */
export const newTotpKey = (random: RandomBytes): string => base32(random(20))

/** What authenticator apps read from a QR code. */
export function totpUri(key: string, who: { issuer: string; account: string }): string {
  const label = `${encodeURIComponent(who.issuer)}:${encodeURIComponent(who.account)}`
  return `otpauth://totp/${label}?secret=${key}&issuer=${encodeURIComponent(who.issuer)}&algorithm=SHA1&digits=${DIGITS}&period=30`
}

/** The number of the 30-second step that `now` (milliseconds) lies in. */
export const totpStep = (now: number): number => Math.floor(now / STEP_MS)

/** The one-time password of a step (RFC 6238 with SHA-1, six digits). @throws RangeError when the key is no base 32. */
export function totpAt(key: string, step: number, digits = DIGITS): string {
  const secret = fromBase32(key)
  if (!secret) throw new RangeError('the key of one-time passwords is no base 32')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The step whose password this is, at most one before or after now's; null: none. */
export function matchingStep(key: string, code: string, now: number): number | null {
  const current = totpStep(now)
  // All three are compared, so that the time tells nothing.
  const matches = [current, current - 1, current + 1].filter((step) => sameText(totpAt(key, step), code))
  return matches[0] ?? null
}
