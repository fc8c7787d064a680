import { expect, test } from 'bun:test'
import { hashPassword, isOutdatedHash, isPasswordHash, verifyPassword } from '../../src/lib/password-hash.ts'

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

test('what is no hash fits nothing', async () => {
  for (const hash of [null, '', 'wJalrXUt', '$2b$12$short', `sha256$0$aa$${'0'.repeat(64)}`]) {
    expect(await verifyPassword('wJalrXUt', hash)).toBe(false)
  }
  expect(isPasswordHash('$2b$12$LbCvzHrJ6.dfKJUnprVR7OJtoEhrScJQkruEUeS93mVPUnEnbH/U2')).toBe(true)
})

const SALT = '00112233445566778899aabbccddeeff'

// Made with Python's hashlib as the original does from 25.x on.
test.each([
  `pbkdf2_sha256$1000$${SALT}$8488f089455377809f4d4c37120c75805ee5b2584633e2a86a78c1b54a8ebc41`,
  `pbkdf2_sha3_256$1000$${SALT}$4dae17432e99d7a35b58c839b8d066fb65100fe4dbbaddfad54303807ef20990`,
  `sha256$100$${SALT}$3d4e8cb7576aaa46656c11168e6217623616cd76ffe52f75042b524febb9d039`,
  `sha3_256$100$${SALT}$411a5a57e79979186193fde7e69f85ce148325a35174b70cfd58b25dae334517`,
])('reads %s', async (hash) => {
  expect(isPasswordHash(hash)).toBe(true)
  expect(await verifyPassword('secret 값', hash)).toBe(true)
  expect(await verifyPassword('secret 값 ', hash)).toBe(false)
  expect(await verifyPassword('secret 값', hash.replace('$0011', '$0012'))).toBe(false)
  expect(isOutdatedHash(hash)).toBe(true)
})

test('a hash that would cost minutes to compare fits nothing', async () => {
  const digest = '0'.repeat(64)
  for (const hash of [`sha256$99999999$aa$${digest}`, `pbkdf2_sha256$99999999$aa$${digest}`]) {
    expect(await verifyPassword('x', hash)).toBe(false)
  }
})

test('bcrypt with fewer rounds is outdated, with ours or more it is not', async () => {
  expect(isOutdatedHash(await Bun.password.hash('x', { algorithm: 'bcrypt', cost: 4 }))).toBe(true)
  expect(isOutdatedHash('$2b$12$LbCvzHrJ6.dfKJUnprVR7OJtoEhrScJQkruEUeS93mVPUnEnbH/U2')).toBe(false)
})
