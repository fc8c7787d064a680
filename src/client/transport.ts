/** What the client needs from the world to speak HTTP and WebSocket; browsers, Bun and tests bring their own. */
export interface HttpRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: Uint8Array<ArrayBuffer>
  signal?: AbortSignal
}

export interface SocketRequest {
  /** `ws:` or `wss:`. */
  url: string
  headers: Record<string, string>
  signal?: AbortSignal
}

export interface ClientSocket {
  /** Text as a text frame, bytes as a binary one. */
  send(data: string | Uint8Array): void
  /** Bytes that `send` has taken and the network has not. */
  readonly bufferedBytes: number
  /** Default code 1000. */
  close(code?: number, reason?: string): void
  /** Every message until the socket closes; may be read once. */
  readonly messages: AsyncIterable<string | Uint8Array>
  readonly closed: Promise<{ code: number; reason: string }>
}

export interface Transport {
  /**
   * Rejects with `TransportError` when there is no answer, and with the signal's reason when aborted. Redirects are
   * not followed.
   */
  fetch(request: HttpRequest): Promise<Response>
  /** Rejects like `fetch`, and with `HandshakeRefused` when the server answered without upgrading. */
  connect(request: SocketRequest): Promise<ClientSocket>
}

/** No answer came. */
export class TransportError extends Error {
  /** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED` and their like, where the runtime tells. */
  readonly code: string
  /** False when the server cannot have seen the request, so that any request may be sent again. */
  readonly maybeSent: boolean

  constructor(message: string, options: { code: string; maybeSent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'TransportError'
    this.code = options.code
    this.maybeSent = options.maybeSent
  }
}

/** The server answered a WebSocket handshake with an ordinary response. */
export class HandshakeRefused extends Error {
  readonly response: Response

  constructor(response: Response) {
    super(`WebSocket handshake answered with HTTP status ${response.status}`)
    this.name = 'HandshakeRefused'
    this.response = response
  }
}
