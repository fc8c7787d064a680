import { expect, test } from 'bun:test'
import { generateAccessKey, generatePassword, generateSecretKey } from '../../src/lib/keys.ts'

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
