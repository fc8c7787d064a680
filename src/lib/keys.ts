import { randomBytes } from 'node:crypto'
import { base32 } from './base32.ts'

/** Chance as an argument: `length` unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array

export const systemRandom: RandomBytes = (length) => randomBytes(length)

/** `AKIA` and 16 base32 characters of 10 random bytes (domain-model.md §1.4). */
export const generateAccessKey = (random: RandomBytes = systemRandom): string => `AKIA${base32(random(10))}`

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
