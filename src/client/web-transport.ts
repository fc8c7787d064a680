import { MessageQueue } from './message-queue.ts'
import { type ClientSocket, type SocketRequest, type Transport, TransportError } from './transport.ts'

/**
 * HTTP and WebSocket by the runtime's own `fetch` and `WebSocket`: browsers (behind a webserver, as they send no
 * headers with WebSockets), Bun, Deno and Node. The answer of a refused handshake cannot be read here.
 */
export const webTransport: Transport = {
  async fetch(request) {
    try {
      return await fetch(request.url, { ...request, redirect: 'manual', credentials: 'same-origin' })
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason
      throw failure(error)
    }
  },
  connect,
}

const failure = (cause: unknown): TransportError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
  const message = cause instanceof Error ? cause.message : String(cause)
  return new TransportError(message, { code, maybeSent: !NOT_SENT.test(code), cause })
}

const NOT_SENT = /^(ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/

/** Servers' runtimes take headers where browsers take sub-protocols. */
type HeaderWebSocket = new (url: string, options?: { headers: Record<string, string> }) => WebSocket

const isBrowser = (): boolean => 'document' in globalThis

function connect(request: SocketRequest): Promise<ClientSocket> {
  return new Promise((resolve, reject) => {
    request.signal?.throwIfAborted()
    const Socket = WebSocket as unknown as HeaderWebSocket
    const socket = isBrowser()
      ? new Socket(request.url)
      : new Socket(request.url, { headers: request.headers })
    socket.binaryType = 'arraybuffer'
    const inbox = new MessageQueue()
    const onAbort = () => {
      reject(request.signal?.reason)
      socket.close()
    }
    request.signal?.addEventListener('abort', onAbort, { once: true })
    const closed = new Promise<{ code: number; reason: string }>((settle) => {
      socket.onclose = ({ code, reason }) => {
        request.signal?.removeEventListener('abort', onAbort)
        inbox.end()
        reject(
          new TransportError(reason || 'the connection was closed', { code: 'WEBSOCKET', maybeSent: true }),
        )
        settle({ code, reason })
      }
    })
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      inbox.add(typeof data === 'string' ? data : new Uint8Array(data))
    socket.onerror = () =>
      reject(new TransportError('the WebSocket was refused', { code: 'WEBSOCKET', maybeSent: true }))
    socket.onopen = () =>
      resolve({
        get bufferedBytes() {
          return socket.bufferedAmount
        },
        send: (data) => socket.send(typeof data === 'string' ? data : Uint8Array.from(data)),
        close: (code = 1000, reason = '') => socket.close(code, reason),
        messages: inbox,
        closed,
      })
  })
}
