import { createDecipheriv } from 'node:crypto'
import { Problem } from '../../core/problem.ts'

/**
 * The body of a browser that sends `X-BackendAI-Encoded` (ux.md B.4, step 8): `iv:base64`, AES-256-CBC, the key made of
 * the endpoint as the page knows it. It hides a password from a casual look; TLS is what protects it.
 */
export function decodeBody(body: string, endpoint: string): string {
  const colon = body.indexOf(':')
  const iv = body.slice(0, colon)
  const key = `${Buffer.from(endpoint, 'utf8').toString('base64')}${iv}${iv}`.slice(0, 32)
  try {
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(key, 'utf8'), Buffer.from(iv, 'utf8'))
    const content = Buffer.from(body.slice(colon + 1), 'base64')
    return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new Problem('invalid-api-params', { msg: 'The encoded body cannot be read.', cause })
  }
}
