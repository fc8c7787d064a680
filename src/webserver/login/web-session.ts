import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Cache } from '../../cache/cache.ts'

/** Who logged in, and the keypair that signs for them. */
export interface WebLogin {
  accessKey: string
  secretKey: string
  role: string
  status: string
  username: string
}

export interface WebSession {
  /** The cookie's value, known to the browser alone. */
  token: string
  /** A public name for it, safe to show. */
  id: string
  login: WebLogin
}

/** The cookie of the original, which its clients look for. */
export const SESSION_COOKIE = 'AIOHTTP_SESSION'

/**
 * Login sessions in the cache, encrypted with a key that only the cookie yields: whoever reads the cache learns
 * neither a keypair nor a usable cookie.
 */
export class WebSessions {
  private readonly cache: Cache
  private readonly maxAgeMs: number

  constructor(cache: Cache, maxAgeMs: number) {
    this.cache = cache
    this.maxAgeMs = maxAgeMs
  }

  async create(login: WebLogin): Promise<WebSession> {
    const token = randomBytes(32).toString('base64url')
    await this.cache.set(cacheKey(token), seal(token, JSON.stringify(login)), this.maxAgeMs)
    return { token, id: publicId(token), login }
  }

  async find(token: string | undefined): Promise<WebSession | null> {
    if (!token) return null
    const sealed = await this.cache.get(cacheKey(token))
    if (!sealed) return null
    return { token, id: publicId(token), login: JSON.parse(open(token, sealed)) }
  }

  /** Starts the age anew. */
  async extend(session: WebSession): Promise<void> {
    await this.cache.set(
      cacheKey(session.token),
      seal(session.token, JSON.stringify(session.login)),
      this.maxAgeMs,
    )
  }

  async end(token: string): Promise<void> {
    await this.cache.delete(cacheKey(token))
  }
}

const digest = (purpose: string, token: string): string =>
  createHash('sha256').update(`${purpose}:${token}`).digest('hex')
const cacheKey = (token: string): string => `web-session:${digest('key', token)}`
const publicId = (token: string): string => digest('id', token).slice(0, 32)
const cipherKey = (token: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', token, '', 'backendai web session', 32))

function seal(token: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', cipherKey(token), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
}

function open(token: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(token), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
