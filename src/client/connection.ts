import { CLIENT_API_VERSION, negotiate, type ServerVersion } from './api-version.ts'
import { type Call, isIdempotent, urlOf } from './call.ts'
import type { ClientCrypto } from './client-crypto.ts'
import type { Endpoints } from './endpoints.ts'
import { ApiError, UnreachableError } from './errors.ts'
import { createSigner } from './signer.ts'
import { type ClientSocket, HandshakeRefused, type Transport, TransportError } from './transport.ts'

export interface ConnectionOptions {
  endpoints: Endpoints
  /** `api` signs with the key pair; `session` relies on the cookie of a webserver login. */
  endpointType: 'api' | 'session'
  accessKey: string
  secretKey: string
  domain: string
  transport: Transport
  crypto: ClientCrypto
  /** Milliseconds since the epoch. */
  now: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  userAgent: string
  /** Rounds over all endpoints for a request that may be repeated. */
  rounds: number
  /** Browsers forbid setting Date; the server reads either. */
  dateHeader: 'Date' | 'X-BackendAI-Date'
}

/** Signed requests to one cluster. */
export interface Connection {
  readonly accessKey: string
  /** Speaks to a webserver by its login cookie, not to a manager by signatures. */
  readonly isSession: boolean
  /** @throws ApiError for every status from 400, UnreachableError when no endpoint answers. */
  send(call: Call): Promise<Response>
  /** The JSON of the answer; the caller names its shape, which the contract promises. */
  json<T>(call: Call): Promise<T>
  openSocket(call: Call): Promise<ClientSocket>
  /** What the server announced; asked once. */
  serverVersion(): Promise<ServerVersion>
}

const TRANSIENT = new Set([502, 503, 504])
const FIRST_PAUSE_MS = 250

export function createConnection(options: ConnectionOptions): Connection {
  const { endpoints, transport } = options
  const isSession = options.endpointType === 'session'
  const sign = createSigner(options.accessKey, options.secretKey, options.crypto)
  let announced: Promise<ServerVersion> | null = null

  const serverVersion = (): Promise<ServerVersion> => {
    announced ??= askVersion().catch((error: unknown) => {
      announced = null
      throw error
    })
    return announced
  }

  async function askVersion(): Promise<ServerVersion> {
    const response = await attempt({ method: 'GET', path: [''], isAnonymous: true }, fetchOnce)
    const fallback = { version: CLIENT_API_VERSION }
    if (!response.ok) return fallback
    try {
      const body: unknown = await response.json()
      return typeof body === 'object' && body !== null && 'version' in body
        ? (body as ServerVersion)
        : fallback
    } catch {
      return fallback
    }
  }

  async function headersOf(
    call: Call,
    url: URL,
    contentType: string | null,
  ): Promise<Record<string, string>> {
    const version = negotiate((await serverVersion()).version)
    const date = new Date(options.now()).toISOString()
    const headers: Record<string, string> = {
      'User-Agent': options.userAgent,
      'X-BackendAI-Version': version,
      'X-BackendAI-Domain': options.domain,
      [options.dateHeader]: date,
      ...(contentType === null ? {} : { 'Content-Type': contentType }),
      ...call.headers,
    }
    if (isSession || !options.accessKey) return headers
    const parts = {
      method: call.method,
      target: url.pathname + url.search,
      date,
      host: url.host,
      contentType,
      version,
    }
    return { ...headers, Authorization: await sign(parts) }
  }

  async function fetchOnce(call: Call, endpoint: URL): Promise<Response> {
    const url = urlOf(endpoint, isSession, call)
    const body = bodyOf(call)
    const headers = call.isAnonymous
      ? { 'User-Agent': options.userAgent, ...(body ? { 'Content-Type': body.contentType } : {}) }
      : await headersOf(call, url, body?.contentType ?? null)
    return transport.fetch({
      method: call.method,
      url: url.href,
      headers,
      ...(body ? { body: body.bytes } : {}),
      ...(call.signal ? { signal: call.signal } : {}),
    })
  }

  async function connectOnce(call: Call, endpoint: URL): Promise<ClientSocket> {
    const url = urlOf(endpoint, isSession, call)
    const headers = await headersOf(call, url, null)
    return transport.connect({
      url: url.href.replace(/^http/, 'ws'),
      headers,
      ...(call.signal ? { signal: call.signal } : {}),
    })
  }

  /** One answer from any endpoint, asking again where that is safe. */
  async function attempt<T>(call: Call, once: (call: Call, endpoint: URL) => Promise<T>): Promise<T> {
    let failure: TransportError | null = null
    for (let round = 0; round < options.rounds; round++) {
      if (round > 0) await options.sleep(FIRST_PAUSE_MS * 2 ** (round - 1), call.signal)
      for (const endpoint of endpoints.inOrder()) {
        const isLast = round === options.rounds - 1
        try {
          const result = await once(call, endpoint)
          const isTransient = result instanceof Response && TRANSIENT.has(result.status)
          if (isTransient && isIdempotent(call) && !isLast) {
            await result.body?.cancel()
            continue
          }
          endpoints.prefer(endpoint)
          return result
        } catch (error) {
          if (!(error instanceof TransportError)) throw error
          failure = error
          if (error.maybeSent && !isIdempotent(call)) throw unreachable([endpoint], error)
        }
      }
    }
    throw unreachable(endpoints.all, failure)
  }

  const send = async (call: Call): Promise<Response> => {
    // First, so that the endpoint that answered it is preferred.
    if (!call.isAnonymous) await serverVersion()
    const response = await attempt(call, fetchOnce)
    if (response.status >= 400) throw await ApiError.from(response)
    return response
  }

  return {
    accessKey: options.accessKey,
    isSession,
    send,
    serverVersion,
    async json<T>(call: Call): Promise<T> {
      const response = await send(call)
      const text = await response.text()
      try {
        return (text === '' ? null : JSON.parse(text)) as T
      } catch {
        throw new ApiError(response.status, {
          title: 'The answer is not JSON.',
          msg: `Is ${endpoints.all.join(', ')} a Backend.AI manager?`,
        })
      }
    },
    async openSocket(call) {
      await serverVersion()
      try {
        return await attempt(call, connectOnce)
      } catch (error) {
        if (error instanceof HandshakeRefused) throw await ApiError.from(error.response)
        throw error
      }
    },
  }
}

function bodyOf(call: Call): { bytes: Uint8Array<ArrayBuffer>; contentType: string } | null {
  if (call.body) return call.body
  if (call.json === undefined) return null
  return { bytes: new TextEncoder().encode(JSON.stringify(call.json)), contentType: 'application/json' }
}

function unreachable(tried: readonly URL[], failure: TransportError | null): UnreachableError {
  const addresses = tried.map((url) => url.href.replace(/\/$/, ''))
  return new UnreachableError(addresses, failure?.code ?? 'UNKNOWN', failure ?? new Error('it keeps failing'))
}
