import { WebSocket } from 'ws'
import { MessageQueue } from '../client/message-queue.ts'
import {
  type ClientSocket,
  HandshakeRefused,
  type HttpRequest,
  type SocketRequest,
  type Transport,
  TransportError,
} from '../client/transport.ts'

export interface CliTransportOptions {
  skipSslCertValidation?: boolean
  /** Told of every answer: `GET http://… 200 12 ms`. */
  trace?: (line: string) => void
}

const PING_MS = 30_000

/** HTTP by fetch, WebSocket by ws (which, unlike the native one, shows a refused handshake's answer). */
export function createCliTransport(options: CliTransportOptions = {}): Transport {
  const rejectUnauthorized = options.skipSslCertValidation !== true
  const trace = options.trace ?? (() => {})

  return {
    async fetch(request) {
      const start = performance.now()
      try {
        const response = await fetch(request.url, {
          ...request,
          redirect: 'manual',
          timeout: false,
          tls: { rejectUnauthorized },
        } as RequestInit)
        trace(
          `${request.method} ${request.url} ${response.status} ${Math.round(performance.now() - start)} ms`,
        )
        return response
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason
        throw traced(request, transportError(error), trace)
      }
    },
    connect: (request) => connect(request, rejectUnauthorized, trace),
  }
}

function traced(request: HttpRequest, error: TransportError, trace: (line: string) => void): TransportError {
  trace(`${request.method} ${request.url} ${error.code}`)
  return error
}

/** Failures that happen before the request is on its way. */
const NOT_SENT =
  /^(ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|FailedToOpenSocket|EPROTO|.*CERT.*|.*SELF_SIGNED.*)$/

const MEANINGS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host name',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'no answer in time',
  EPROTO: 'the TLS handshake failed (is it an http:// address?)',
}

function transportError(cause: unknown): TransportError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
  const message = MEANINGS[code] ?? (cause instanceof Error ? cause.message : String(cause))
  return new TransportError(message, { code, maybeSent: !NOT_SENT.test(code), cause })
}

function connect(
  request: SocketRequest,
  rejectUnauthorized: boolean,
  trace: (line: string) => void,
): Promise<ClientSocket> {
  return new Promise((resolve, reject) => {
    request.signal?.throwIfAborted()
    const socket = new WebSocket(request.url, {
      headers: request.headers,
      rejectUnauthorized,
      perMessageDeflate: false,
    })
    const inbox = new MessageQueue({ full: () => socket.pause(), drained: () => socket.resume() })
    const onAbort = () => {
      reject(request.signal?.reason)
      socket.terminate()
    }
    request.signal?.addEventListener('abort', onAbort, { once: true })
    const pings = setInterval(() => socket.ping(), PING_MS)
    const closed = new Promise<{ code: number; reason: string }>((settle) => {
      socket.on('close', (code: number, reason: Buffer) => {
        clearInterval(pings)
        request.signal?.removeEventListener('abort', onAbort)
        inbox.end()
        settle({ code, reason: String(reason) })
      })
    })
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      inbox.add(isBinary ? new Uint8Array(data) : data.toString()),
    )
    socket.on('unexpected-response', async (_request, answer) => {
      clearInterval(pings)
      trace(`GET ${request.url} ${answer.statusCode}`)
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      reject(new HandshakeRefused(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500 })))
    })
    socket.on('error', (error) => {
      clearInterval(pings)
      reject(transportError(error))
    })
    socket.on('open', () => {
      trace(`GET ${request.url} 101`)
      resolve({
        get bufferedBytes() {
          return socket.bufferedAmount
        },
        send: (data) => socket.send(data),
        close: (code = 1000, reason = '') => socket.close(code, reason),
        messages: inbox,
        closed,
      })
    })
  })
}
