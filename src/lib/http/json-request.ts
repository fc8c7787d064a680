import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface JsonRequest {
  method: string
  url: string
  headers?: Record<string, string>
  /** Sent as JSON with any method: fetch would drop it from GET. */
  body: unknown
  signal: AbortSignal
  /** False believes any certificate. Default true. */
  verifyTls?: boolean
}

export interface JsonAnswer {
  status: number
  /** Null where the answer is empty or no JSON. */
  json: unknown
  content: Uint8Array
}

const MAX_ANSWER = 64 * 1024 * 1024

/** One request with a JSON body, also where the method is GET. Rejects when no whole answer comes. */
export function jsonRequest({
  method,
  url,
  headers,
  body,
  signal,
  verifyTls,
}: JsonRequest): Promise<JsonAnswer> {
  const target = new URL(url)
  const content = Buffer.from(JSON.stringify(body))
  const options = {
    method,
    signal,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': String(content.length) },
  }
  return new Promise((resolve, reject) => {
    const outgoing =
      target.protocol === 'https:'
        ? requestHttps(target, { ...options, rejectUnauthorized: verifyTls ?? true })
        : requestHttp(target, options)
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > MAX_ANSWER) incoming.destroy(new Error(`the answer exceeds ${MAX_ANSWER} bytes`))
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        const content = Buffer.concat(chunks)
        const isJson = /json/.test(incoming.headers['content-type'] ?? 'json')
        resolve({ status: incoming.statusCode ?? 0, json: isJson ? parsed(content) : null, content })
      })
    })
    outgoing.end(content)
  })
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString())
  } catch {
    return null
  }
}
