import type { Hmac } from '../api/signature.ts'

/** The cryptography and the chance that the client needs. */
export interface ClientCrypto {
  hmacSha256: Hmac<Promise<Uint8Array>>
  /** A random lower-case hexadecimal text of `length` digits. */
  randomHex(length: number): string
}

/** Over the Web Crypto API, which browsers (in secure contexts), Bun, Deno and Node have. */
export const webCrypto: ClientCrypto = {
  async hmacSha256(key, data) {
    const imported = await crypto.subtle.importKey(
      'raw',
      typeof key === 'string' ? new TextEncoder().encode(key) : Uint8Array.from(key),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    )
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(data)))
  },
  randomHex(length) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(length / 2)))
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .slice(0, length)
  },
}
