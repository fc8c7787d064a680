import { createHash, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { sameText } from './same-text.ts'

const ROUNDS = 12
const BCRYPT_BYTES = 72
const BCRYPT = /^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}$/
const DELIMITED = /^(pbkdf2_sha256|pbkdf2_sha3_256|sha256|sha3_256)\$(\d{1,8})\$([^$]*)\$([0-9a-f]{64})$/
/** Beyond these a hash is no real one but a way to keep a processor busy; iterated ones keep the main thread. */
const MAX_ROUNDS = { derived: 10_000_000, iterated: 1_000_000 }

/** A bcrypt hash with the original's 12 rounds (about 0.3 s, off the main thread). */
export const hashPassword = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: 'bcrypt', cost: ROUNDS })

/** Whether text is a password hash already, as in a database dump. */
export const isPasswordHash = (text: string): boolean => BCRYPT.test(text) || DELIMITED.test(text)

/** Whether a hash is not as `hashPassword` makes them now, so that a login had better replace it. */
export const isOutdatedHash = (hash: string): boolean => Number(BCRYPT.exec(hash)?.[1] ?? 0) < ROUNDS

/**
 * Checks a password against the forms that the original writes: bcrypt, and since 25.x also
 * `<algorithm>$<rounds>$<salt>$<hex digest>`. False for a missing or foreign hash too.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  if (hash === null) return false
  if (BCRYPT.test(hash)) return await verifyBcrypt(password, hash)
  const [, algorithm = '', rounds = '0', salt = '', digest = ''] = DELIMITED.exec(hash) ?? []
  const isDerived = algorithm.startsWith('pbkdf2_')
  const limit = isDerived ? MAX_ROUNDS.derived : MAX_ROUNDS.iterated
  if (algorithm === '' || Number(rounds) < 1 || Number(rounds) > limit) return false
  const made = isDerived
    ? await pbkdf2Hex(password, salt, Number(rounds), digestOf(algorithm.slice('pbkdf2_'.length)))
    : iteratedHex(password, salt, Number(rounds), digestOf(algorithm))
  return sameText(made, digest)
}

async function verifyBcrypt(password: string, hash: string): Promise<boolean> {
  if (await Bun.password.verify(password, hash)) return true
  // The original's library reads 72 bytes of a longer password; Bun hashes the rest in.
  const bytes = Buffer.from(password)
  if (bytes.length <= BCRYPT_BYTES) return false
  return Bun.password.verify(bytes.subarray(0, BCRYPT_BYTES), hash)
}

const digestOf = (name: string): string => (name === 'sha3_256' ? 'sha3-256' : 'sha256')

const derive = promisify(pbkdf2)

async function pbkdf2Hex(password: string, salt: string, rounds: number, digest: string): Promise<string> {
  if (salt === '' || !/^(?:[0-9a-f]{2})+$/i.test(salt)) return ''
  return (await derive(password, Buffer.from(salt, 'hex'), rounds, 32, digest)).toString('hex')
}

function iteratedHex(password: string, salt: string, rounds: number, digest: string): string {
  let text = password
  for (let round = 0; round < rounds; round += 1) {
    text = createHash(digest).update(`${salt}${text}`).digest('hex')
  }
  return text
}
