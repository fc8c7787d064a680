import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import {
  authorizationHeader,
  type Hmac,
  signingDay,
  signingKey,
  stringToSign,
  toHex,
} from '../../src/api/signature.ts'
import type { Shape } from '../harness/shapes.ts'

export interface RawRequest {
  method: string
  /** As it goes over the wire: nothing is escaped or resolved. */
  target: string
  /** JSON for objects, as they are for texts and bytes; on any method. */
  body?: unknown
  contentType?: string
  /** Minutes by which the client's clock is off. */
  skewMinutes?: number
  version?: string
  accessKey?: string
  secretKey?: string
  /** Fails the request when no whole answer has come by then; default never. */
  limitMs?: number
  /** Leaves event streams when they open. */
  leaveStreams?: boolean
  /** Leaves a stream once its text matches; what came so far is the answer. */
  leaveAfter?: RegExp
  /** Changed or, where null, left out after signing. */
  headers?: Record<string, string | null>
}

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The body, where it is JSON. */
  json: Record<string, unknown>
}

const hmac: Hmac<Uint8Array> = (key, data) => createHmac('sha256', key).update(data).digest()

/** One signed request, however wrong, as bytes on a socket. */
export function rawRequest(shape: Shape, options: RawRequest): Promise<RawAnswer> {
  const { method, target, version = 'v6.20220615' } = options
  const { host, hostname, port } = new URL(shape.endpoint)
  const date = new Date(Date.now() + (options.skewMinutes ?? 0) * 60_000)
    .toISOString()
    .replace('Z', '000+00:00')
  const isPlain = typeof options.body === 'string' || options.body instanceof Uint8Array
  const payload = options.body === undefined ? '' : isPlain ? options.body : JSON.stringify(options.body)
  const bytes = Buffer.from(payload as string)
  const contentType = options.contentType ?? (options.body === undefined ? 'text/plain' : 'application/json')
  const day = signingDay(date) ?? ''
  const key = signingKey(hmac, options.secretKey ?? shape.secretKey, day, host)
  const signature = toHex(hmac(key, stringToSign({ method, target, date, host, contentType, version })))
  const headers: Record<string, string | null> = {
    Host: host,
    Date: date,
    'Content-Type': contentType,
    'Content-Length': `${bytes.byteLength}`,
    'X-BackendAI-Version': version,
    Authorization: authorizationHeader(options.accessKey ?? shape.accessKey, signature),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method,
        path: target,
        headers: Object.fromEntries(
          Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
        ),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (!options.leaveAfter?.test(Buffer.concat(chunks).toString('utf8'))) return
          finish()
          sent.destroy()
        })
        response.on('error', reject)
        response.on('end', () => finish())
        if (options.leaveStreams && String(response.headers['content-type']).includes('event-stream')) {
          sent.destroy()
          finish()
        }
        function finish(): void {
          const text = Buffer.concat(chunks).toString('utf8')
          const isJson = String(response.headers['content-type']).includes('json')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: isJson && text !== '' ? JSON.parse(text) : {},
          })
        }
      },
    )
    sent.on('error', reject)
    if (options.limitMs !== undefined) {
      const late = () => sent.destroy(new Error(`no answer to ${method} ${target} in ${options.limitMs} ms`))
      const timer = setTimeout(late, options.limitMs)
      sent.on('close', () => clearTimeout(timer))
    }
    sent.end(bytes)
  })
}

/** A `multipart/form-data` body of file parts named `src`. */
export function multipartOf(files: readonly { name: string; content: string | Uint8Array }[]) {
  const boundary = 'raw-boundary'
  const parts = files.flatMap(({ name, content }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="src"; filename="${name}"\r\n`),
    Buffer.from('Content-Type: application/octet-stream\r\n\r\n'),
    Buffer.from(content as string),
    Buffer.from('\r\n'),
  ])
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
