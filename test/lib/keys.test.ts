import { expect, test } from 'bun:test'
import {
  generateAccessKey,
  generatePassword,
  generateSecretKey,
  hashPassword,
  isPasswordHash,
  verifyPassword,
} from '../../src/lib/keys.ts'

const zeros = (length: number) => new Uint8Array(length)
const ones = (length: number) => new Uint8Array(length).fill(0xff)

test('an access key is AKIA and base32 of ten bytes', () => {
  expect(generateAccessKey(zeros)).toBe(`AKIA${'A'.repeat(16)}`)
  expect(generateAccessKey(ones)).toBe(`AKIA${'7'.repeat(16)}`)
  expect(generateAccessKey(() => Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))).toBe(
    'AKIAAEBAGBAFAYDQQCIK',
  )
})

test('a secret key is URL-safe base64 of thirty bytes', () => {
  expect(generateSecretKey(ones)).toBe('_'.repeat(40))
  expect(generateSecretKey()).toMatch(/^[\w-]{40}$/)
})

test('a password has twenty letters and skips bytes that would favour some of them', () => {
  let calls = 0
  const random = (length: number) => {
    calls += 1
    return calls === 1 ? ones(length) : zeros(length)
  }
  expect(generatePassword(random)).toBe('a'.repeat(20))
  expect(calls).toBe(2)
  expect(generatePassword()).toMatch(/^[a-zA-Z2-9]{20}$/)
})

test('hashes are bcrypt with twelve rounds, and only the right password fits', async () => {
  const hash = await hashPassword('wJalrXUt')
  expect(hash).toStartWith('$2b$12$')
  expect(await verifyPassword('wJalrXUt', hash)).toBe(true)
  expect(await verifyPassword('wJalrXUt ', hash)).toBe(false)
})

test("the original's hashes fit: other prefixes, and passwords past 72 bytes", async () => {
  const hash = await Bun.password.hash('x'.repeat(72), { algorithm: 'bcrypt', cost: 4 })
  expect(await verifyPassword('x'.repeat(100), hash)).toBe(true)
  expect(await verifyPassword(`${'x'.repeat(71)}y${'x'.repeat(20)}`, hash)).toBe(false)
  expect(await verifyPassword('x'.repeat(72), hash.replace(/^\$2b/, '$2y'))).toBe(true)
})

test('what is no bcrypt hash fits nothing', async () => {
  for (const hash of [null, '', 'wJalrXUt', '$2b$12$short']) {
    expect(await verifyPassword('wJalrXUt', hash)).toBe(false)
  }
  expect(isPasswordHash('$2b$12$LbCvzHrJ6.dfKJUnprVR7OJtoEhrScJQkruEUeS93mVPUnEnbH/U2')).toBe(true)
})
