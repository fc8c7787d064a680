import type { IncomingMessage } from 'node:http'
import type { ServerSocket } from './server-socket.ts'

/** What the adapter hands to `fetch` beside the request; hono shows it as `c.env`. */
export interface HttpEnv {
  readonly incoming: IncomingMessage
  /** The request target byte for byte, still percent-encoded: what clients sign. */
  readonly rawTarget: string
  /** The Host header byte for byte; empty when absent. */
  readonly rawHost: string
  /** The other end of the TCP connection; no header is believed here. */
  readonly remoteAddress: string
  /** Headers to be added to whatever answer goes out, also to that of an upgrade. */
  readonly responseHeaders: Record<string, string>
  readonly method: string
  /** Aborted when the client leaves before its answer is complete, and when the server stops. */
  readonly signal: AbortSignal
  /** At most `maxBytes` of body, whatever the method. */
  readBody(maxBytes: number): Promise<Uint8Array>
  /**
   * Present on WebSocket requests: the answer it returns makes the adapter upgrade, then runs `handler` and closes
   * the socket when that ends. Any other answer goes out as plain HTTP.
   */
  readonly upgrade: ((handler: (socket: ServerSocket) => Promise<void>) => Response) | null
}
