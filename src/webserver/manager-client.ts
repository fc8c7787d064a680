import { createHmac } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { authorizationHeader, signingDay, signingKey, stringToSign, toHex } from '../api/signature.ts'
import { Problem } from '../core/problem.ts'
import type { Clock } from '../lib/clock.ts'
import type { WebLogin } from './login/web-session.ts'

/** The version of requests whose caller named none. */
const DEFAULT_VERSION = 'v7.20230615'

export interface ManagerRequest {
  method: string
  /** Path and query as the manager shall see them, still percent-encoded. */
  target: string
  headers: Record<string, string>
  /** Null sends no Authorization. */
  login: WebLogin | null
  body: AsyncIterable<Uint8Array> | Uint8Array | null
  signal: AbortSignal
}

/** Signed requests to the first manager that answers; bodies travel on any method. */
export class ManagerClient {
  private readonly endpoints: readonly URL[]
  private readonly clock: Clock
  private readonly verifyTls: boolean

  constructor(options: { endpoints: readonly string[]; clock: Clock; verifyTls: boolean }) {
    this.endpoints = options.endpoints.map((endpoint) => new URL(endpoint))
    this.clock = options.clock
    this.verifyTls = options.verifyTls
  }

  /** @throws Problem bad-gateway when no manager answers. A body that is a stream is sent to one manager only. */
  async send(request: ManagerRequest): Promise<IncomingMessage> {
    let failure: unknown
    for (const endpoint of this.endpoints) {
      try {
        return await this.sendTo(endpoint, request)
      } catch (error) {
        failure = error
        if (request.signal.aborted || (request.body && !(request.body instanceof Uint8Array))) break
      }
    }
    throw new Problem('bad-gateway', { msg: 'No manager answers; is one running?', cause: failure })
  }

  /** Address and headers of a signed WebSocket handshake with the first manager. */
  socketRequest(
    target: string,
    version: string | undefined,
    login: WebLogin,
  ): { url: string; headers: Record<string, string> } {
    const endpoint = this.endpoints[0] ?? new URL('http://127.0.0.1:8081')
    const headers = this.signedHeaders(endpoint, { method: 'GET', target, contentType: null, version, login })
    const scheme = endpoint.protocol === 'https:' ? 'wss' : 'ws'
    return { url: `${scheme}://${endpoint.host}${target}`, headers }
  }

  private sendTo(endpoint: URL, request: ManagerRequest): Promise<IncomingMessage> {
    const contentType = request.headers['content-type'] ?? null
    const version = request.headers['x-backendai-version']
    const signed = request.login
      ? this.signedHeaders(endpoint, { ...request, contentType, version, login: request.login })
      : {}
    const open = endpoint.protocol === 'https:' ? httpsRequest : httpRequest
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = open(
      {
        host: endpoint.hostname,
        port: endpoint.port || (endpoint.protocol === 'https:' ? 443 : 80),
        method: request.method,
        path: request.target,
        headers: { ...request.headers, ...signed, host: endpoint.host },
        rejectUnauthorized: this.verifyTls,
      },
      resolve,
    )
    outgoing.once('error', reject)
    request.signal.addEventListener('abort', () => outgoing.destroy(), { once: true })
    void writeBody(outgoing, request.body).catch(reject)
    return promise
  }

  private signedHeaders(
    endpoint: URL,
    parts: {
      method: string
      target: string
      contentType: string | null
      version: string | undefined
      login: WebLogin
    },
  ): Record<string, string> {
    const date = new Date(this.clock.now()).toISOString()
    const version = parts.version ?? DEFAULT_VERSION
    const { host } = endpoint
    const key = signingKey(hmac, parts.login.secretKey, signingDay(date) ?? '', host)
    const text = stringToSign({ ...parts, date, host, version })
    return {
      date,
      'x-backendai-version': version,
      authorization: authorizationHeader(parts.login.accessKey, toHex(hmac(key, text))),
    }
  }
}

const hmac = (key: string | Uint8Array, data: string): Uint8Array =>
  createHmac('sha256', key).update(data, 'utf8').digest()

async function writeBody(
  outgoing: ReturnType<typeof httpRequest>,
  body: ManagerRequest['body'],
): Promise<void> {
  if (!body || body instanceof Uint8Array) {
    outgoing.end(body ?? undefined)
    return
  }
  for await (const chunk of body) {
    if (!outgoing.write(chunk)) await new Promise<void>((resolve) => outgoing.once('drain', () => resolve()))
  }
  outgoing.end()
}

/** The whole answer as JSON; null when it is none. */
export async function readJson(answer: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return null
  }
}
