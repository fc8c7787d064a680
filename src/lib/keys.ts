import { randomBytes } from 'node:crypto'

/** Chance as an argument: `length` unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array

export const systemRandom: RandomBytes = (length) => randomBytes(length)

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `AKIA` and 16 base32 characters of 10 random bytes (domain-model.md §1.4). */
export function generateAccessKey(random: RandomBytes = systemRandom): string {
  const bits = [...random(10)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = bits.match(/.{5}/g) ?? []
  return `AKIA${letters.map((five) => BASE32[Number.parseInt(five, 2)]).join('')}`
}

/** 40 characters: URL-safe base64 of 30 random bytes. */
export const generateSecretKey = (random: RandomBytes = systemRandom): string =>
  Buffer.from(random(30)).toString('base64url')

/** A password for people to copy: 20 letters and digits without look-alikes, about 115 bits. */
export function generatePassword(random: RandomBytes = systemRandom): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  let password = ''
  while (password.length < 20) {
    // Bytes past the last whole multiple would favour the first letters.
    const usable = [...random(32)].filter((byte) => byte < 256 - (256 % alphabet.length))
    password += usable.map((byte) => alphabet[byte % alphabet.length]).join('')
  }
  return password.slice(0, 20)
}

const ROUNDS = 12
const BCRYPT_BYTES = 72

/** A bcrypt hash with the original's 12 rounds (about 0.3 s, off the main thread). */
export const hashPassword = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: 'bcrypt', cost: ROUNDS })

const BCRYPT_HASH = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/

/** Whether text is a password hash already, as in a database dump. */
export const isPasswordHash = (text: string): boolean => BCRYPT_HASH.test(text)

/** False for a missing or foreign hash too. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  if (hash === null || !isPasswordHash(hash)) return false
  if (await Bun.password.verify(password, hash)) return true
  // The original's library reads 72 bytes of a longer password; Bun hashes the rest in.
  const bytes = Buffer.from(password)
  if (bytes.length <= BCRYPT_BYTES) return false
  return Bun.password.verify(bytes.subarray(0, BCRYPT_BYTES), hash)
}
