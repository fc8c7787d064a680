import { expect, test } from 'bun:test'
import { base32, fromBase32 } from '../../src/lib/base32.ts'
import { matchingStep, newTotpKey, totpAt, totpStep, totpUri } from '../../src/lib/totp.ts'

const KEY = base32(Buffer.from('12345678901234567890'))

// RFC 6238, appendix B, SHA-1.
test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('at %d s the password is %s', (seconds, expected) => {
  expect(totpAt(KEY, totpStep(seconds * 1000), 8)).toBe(expected)
})

test('a code fits in its step and the ones beside it, nowhere else', () => {
  const now = 1_700_000_000_000
  const step = totpStep(now)
  const code = totpAt(KEY, step)
  expect(code).toMatch(/^\d{6}$/)
  expect(matchingStep(KEY, code, now)).toBe(step)
  expect(matchingStep(KEY, code, now + 30_000)).toBe(step)
  expect(matchingStep(KEY, code, now - 30_000)).toBe(step)
  expect(matchingStep(KEY, code, now + 60_000)).toBeNull()
  expect(matchingStep(KEY, code, now - 60_000)).toBeNull()
  for (const wrong of ['', '12345', `${code}0`, ` ${code}`]) expect(matchingStep(KEY, wrong, now)).toBeNull()
})

test('a key is 32 letters, and the address names issuer and account', () => {
  const key = newTotpKey((length) => new Uint8Array(length).fill(0xff))
  expect(key).toBe('7'.repeat(32))
  expect(totpUri(key, { issuer: 'Backend.AI', account: 'a@b.c' })).toBe(
    `otpauth://totp/Backend.AI:a%40b.c?secret=${key}&issuer=Backend.AI&algorithm=SHA1&digits=6&period=30`,
  )
})

test('base 32 goes both ways and refuses other letters', () => {
  expect(base32(Buffer.from('fooba'))).toBe('MZXW6YTB')
  expect(Buffer.from(fromBase32('mzxw6ytb===') ?? []).toString()).toBe('fooba')
  expect(fromBase32('MZXW0')).toBeNull()
  expect(() => totpAt('0', 1)).toThrow(RangeError)
})
